import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, violations, type Tab } from './browser.ts';
import { expectGoodLooks, LONG } from './looks.ts';
import { ADMIN, createUser } from './outside.ts';
import { setUp, signIn } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

describe.skipIf(!hasBrowser())('access tokens', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let secret = '';

  const me = async (): Promise<number> => {
    const { status } = await fetch(`${stage.url}/api/prism/auth/me`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    return status;
  };

  beforeAll(async () => {
    stage = await openStage();
    await setUp(stage.url);
    await createUser(stage.url, { username: 'vera', password: ADMIN.password, role: 'TENANT_VIEWER' });
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('are none at first: the page says what they are for', async () => {
    await page.goto('/tokens');
    await page.getByRole('heading', { name: 'No access token yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('are made with what they may do, and shown once with a command that works', async () => {
    await page.getByRole('button', { name: 'Create token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Create an access token' });
    await dialog.getByLabel('What it is for').fill('nightly report');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('choose at least one').waitFor();
    await dialog.getByRole('checkbox', { name: /^usage:read/ }).check();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('dialog', { name: 'The token “nightly report”' }).waitFor();
    secret = (await page.getByRole('group', { name: 'access token', exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^omp-pat-[0-9a-f]{64}$/);
    expect(await page.getByRole('group', { name: 'curl command' }).textContent()).toContain(secret);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'I have stored the token' }).click();
    const row = page.getByRole('row').filter({ hasText: 'nightly report' });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/Usable.*usage:read.*never/s);
    expect(await page.content()).not.toContain(secret);
    expect(await me()).toBe(200);
  });

  it('are everybody’s for an administrator, and everybody’s own for everybody', async () => {
    await page.getByRole('link', { name: 'Everybody’s' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: 'nightly report' })
      .getByRole('link', { name: 'admin' })
      .waitFor();
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'vera', password: ADMIN.password });
    await other.page.goto('/tokens');
    await other.page.getByRole('button', { name: 'Create token' }).first().click();
    const useless = other.page.getByRole('checkbox', { name: /^admin:read/ });
    await expect.poll(() => useless.isDisabled()).toBe(true);
    await other.page.getByText('Your role has no part in it.').first().waitFor();
    expect(await other.page.getByRole('link', { name: 'Everybody’s' }).count()).toBe(0);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('are revoked by name, and refused at once', async () => {
    await page.getByRole('button', { name: 'Revoke nightly report' }).click();
    await page.getByLabel('Type “nightly report” to confirm').fill('nightly report');
    await page.getByRole('button', { name: 'Revoke token' }).click();
    await page.getByText('nightly report is revoked.').waitFor();
    await page.getByRole('cell', { name: 'Revoked' }).waitFor();
    expect(await me()).toBe(401);
    await page.getByLabel('State').selectOption('live');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await expect.poll(() => page.url()).toContain('state=live');
  });

  it('look right in both themes, wide and on a phone', LONG, async () => {
    await expectGoodLooks(browser, stage.url, [
      ['/tokens', (it) => it.getByRole('table').waitFor()],
      ['/tokens?of=all', (it) => it.getByRole('table').waitFor()],
    ]);
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
