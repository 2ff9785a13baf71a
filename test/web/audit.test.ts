import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, type Tab } from './browser.ts';
import { expectGoodLooks, LONG } from './looks.ts';
import { ADMIN, createUser } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

describe.skipIf(!hasBrowser())('the audit log', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  const entries = () => page.getByRole('list', { name: 'Entries' }).getByRole('listitem');

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, { rateLimit: { requestsPerMinute: 60 } });
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, { rateLimit: { requestsPerMinute: 120 } });
    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    browser = await launch();
    tab = await openTab(browser, stage.url, { acceptDownloads: true });
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('tells every entry in a sentence, with names', async () => {
    await page.goto('/audit');
    await entries().first().waitFor();
    for (const sentence of [
      'raised Acme’s request limit 60 a minute → 120 a minute',
      'added the user ledger as FinOps',
      'added the tenant Acme',
      'discovered the models of Simulator',
      'created the first administrator admin',
    ])
      await expect.poll(() => entries().filter({ hasText: sentence }).count()).toBe(1);
  });

  it('opens an entry in the address: only what changed, and where from', async () => {
    const entry = entries().filter({ hasText: 'raised Acme’s request limit' });
    await entry.getByRole('button', { name: /^Details/ }).click();
    await entry.getByText('was: ').first().waitFor({ state: 'attached' });
    expect(await entry.getByRole('listitem').count()).toBe(1);
    await expect.poll(() => page.url()).toContain('open=');
    await page.reload();
    await entry.getByText('From', { exact: true }).waitFor();
  });

  it('filters by person, thing and action, keeps that in the address, and clears it', async () => {
    await page.getByLabel('To what').selectOption('tenant');
    await page.getByLabel('Tenant', { exact: true }).selectOption(ready.tenantId);
    await page.getByLabel('Action').selectOption('tenant.update');
    await expect.poll(() => entries().count()).toBe(2);
    await expect.poll(() => page.url()).toContain(`object=${ready.tenantId}`);
    await page.getByLabel('Done by').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Clear the filters' }).first().click();
    await entries().filter({ hasText: 'finished the setup' }).waitFor();
  });

  it('leaves sign-ins out, when only changes are wanted', async () => {
    await page.goto('/audit');
    await entries().filter({ hasText: 'signed in' }).first().waitFor();
    await page.getByLabel('Show').selectOption('changes');
    await expect.poll(() => entries().filter({ hasText: 'signed in' }).count()).toBe(0);
    expect(await entries().filter({ hasText: 'finished the setup' }).count()).toBe(1);
    await expect.poll(() => page.url()).toContain('show=changes');
    await page.goto('/audit');
    await entries().first().waitFor();
  });

  it('leads to the thing that an entry is about', async () => {
    await entries()
      .filter({ hasText: 'added the user ledger' })
      .getByRole('link', { name: 'ledger' })
      .click();
    await page.getByRole('heading', { level: 1, name: 'ledger' }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/users\/[0-9a-f-]{36}$/);
    await page.goBack();
    await entries().first().waitFor();
  });

  it('goes through pages by cursor', async () => {
    for (let count = 0; count < 55; count += 1)
      await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, {
        rateLimit: { requestsPerMinute: 200 + count },
      });
    await page.goto('/audit?type=tenant');
    await expect.poll(() => entries().count()).toBe(50);
    await page.getByRole('link', { name: 'Older →' }).click();
    await entries().filter({ hasText: 'added the tenant Acme' }).waitFor();
    await expect.poll(() => page.url()).toContain('after=');
    await page.getByRole('link', { name: '← Newer' }).click();
    await expect.poll(() => entries().count()).toBe(50);
  });

  it('exports everything that fits, as CSV and JSON', async () => {
    for (const [choice, check] of [
      ['As CSV', (text: string) => expect(text.split('\r\n').length).toBe(60)],
      ['As JSON', (text: string) => expect(JSON.parse(text)).toHaveLength(58)],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const waiting = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: choice }).click();
      const path = await (await waiting).path();
      check(await readFile(path, 'utf8'));
      await page.getByText('Exported 58 entries.').first().waitFor();
    }
  });

  it('is for administrators', async () => {
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'ledger', password: ADMIN.password });
    await other.page.goto('/audit');
    await other.page.getByRole('heading', { name: 'Not for this role' }).waitFor();
    const links = other.page.getByRole('navigation', { name: 'Console' }).getByRole('link');
    expect(await links.allTextContents()).not.toContain('Audit log');
    await other.page.context().close();
  });

  it('looks right in both themes, wide and on a phone', LONG, async () => {
    const open = (it: Page) =>
      it
        .getByRole('button', { name: /^Details/ })
        .first()
        .click();
    await expectGoodLooks(browser, stage.url, [
      ['/audit?type=tenant', open],
      ['/audit?actor=nobody', (it) => it.getByRole('heading', { name: 'Nothing matches' }).waitFor()],
    ]);
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
