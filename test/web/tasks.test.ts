import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, answered, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { askModel, counted } from './traffic.ts';

/** Whether what has the keys is of this sort. */
const hasKeys = (page: Page, selector: string): Promise<unknown> =>
  page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`);

describe.skipIf(!hasBrowser())('what an administrator comes for', { timeout: 120_000 }, () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let ready: Ready;

  beforeAll(async () => {
    stage = await openStage();
    browser = await launch();
    ready = await setUp(stage.url);
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('tells in money which rows cost more than in the period before', async () => {
    await ready.rest('PATCH', `/admin/providers/${ready.providerId}/models/sim-fast`, {
      inputPer1M: 50_000,
      outputPer1M: 50_000,
    });
    const ask = (model: string, user: string) => askModel(stage.url, ready.apiKey, model, { user });
    expect(await answered(() => ask('sim-fast', 'ann'))).toBe(200);
    await ask('sim-error-500', 'ann');
    let requests = 2;
    await counted(stage.url, ready.token, requests);
    // Another's, until the gateway knows the new price.
    await until(async () => {
      await ask('sim-fast', 'ben');
      requests += 1;
      await counted(stage.url, ready.token, requests);
      return (await ready.rest('GET', '/admin/dashboard/summary')).totalActualCost > 0.05;
    });
    await page.goto('/');
    const table = page.getByRole('table').last();
    const row = table.getByRole('row').filter({ has: page.getByRole('link', { name: 'sim-fast' }) });
    await row.waitFor();
    const change = table.getByRole('columnheader', { name: 'Cost change' });
    expect(await change.count()).toBe(0);
    await page.getByLabel('Compare').check();
    await change.waitFor();
    const cells = await row.getByRole('cell').allTextContents();
    // There was nothing before, so all of it is more.
    expect(cells[2]).toMatch(/^\$\d+\.\d\d$/);
    expect(cells[3]).toBe(`+${cells[2] ?? ''}`);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });

  it('leads from who fails to the requests that failed', async () => {
    await page.getByRole('navigation', { name: 'Break down by' }).getByRole('link', { name: 'User' }).click();
    const ann = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'ann', exact: true }) });
    await ann.getByRole('link', { name: '50 %: show the failed requests' }).click();
    await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
    expect(page.url()).toMatch(/user=ann&status=ERROR/);
    await page.getByText('1 request', { exact: true }).waitFor();
  });

  it('knows yesterday', async () => {
    await page.goto('/');
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: 'Yesterday' }).click();
    await page.waitForURL(/range=yesterday/);
    await page.getByRole('heading', { name: 'No requests in this time' }).waitFor();
    expect(await page.getByRole('button', { name: /^Time range/ }).textContent()).toContain('Yesterday');
  });

  it('takes the keys to the secret that is to be replaced, and tells at once that a check has failed', async () => {
    const { id } = await ready.rest('POST', '/admin/providers', {
      name: 'House',
      type: 'custom',
      config: { baseUrl: 'http://127.0.0.1:9/v1', auth: { type: 'api_key', apiKey: 'sk-old' } },
    });
    await page.goto(`/providers/${String(id)}`);
    await page.getByText('Not checked').waitFor();
    await page.getByRole('button', { name: 'Check connection' }).click();
    await page.getByText('Failing').waitFor();
    await page.getByRole('link', { name: 'Replace' }).click();
    await page.waitForURL(/field=auth\.apiKey/);
    await expect.poll(() => hasKeys(page, '[data-path="auth.apiKey"]')).toBe(true);
    // A page that is opened for itself begins with its heading, as ever.
    await page.getByRole('link', { name: 'Overview', exact: true }).last().click();
    await expect.poll(() => hasKeys(page, 'main h1')).toBe(true);
  });

  it('lets one type at once where a dialog begins with a field', async () => {
    await page.goto(`/tenants/${ready.tenantId}/keys`);
    await page.getByRole('button', { name: 'Add key' }).click();
    await expect.poll(() => hasKeys(page, '[role=dialog] input')).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('says what a rule that is being written lacks, and that publishing can wait for a trial', async () => {
    await page.goto('/routing');
    await page.getByRole('link', { name: 'Default' }).click();
    await page.getByLabel('Prompt', { exact: true }).fill('Please check this invoice');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await expect.poll(() => hasKeys(page, 'fieldset input')).toBe(true);
    await page.keyboard.type('Invoices');
    await page.getByText('“Invoices”, lacks its keywords.').waitFor();
    await page.getByLabel('Keywords').fill('invoice*');
    await page.getByText('“Invoices”, lacks what it does.').waitFor();
    expect(await page.getByRole('alert').filter({ hasText: 'definition' }).count()).toBe(0);
    await page.getByLabel('At least tier').selectOption({ index: 6 });
    await page.getByText('cannot be tried yet').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Review and publish/ }).click();
    await page.getByText('copy the rule set and change the copy').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(tab.complaints).toEqual([]);
  });
});

describe.skipIf(!hasBrowser())('the setup, when one has another way', { timeout: 120_000 }, () => {
  it('can be skipped, and then leads to the page that was asked for', async () => {
    const stage = await openStage();
    const browser = await launch();
    try {
      const made = await fetch(`${stage.url}/api/prism/setup/admin`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ADMIN),
      });
      expect(made.ok).toBe(true);
      const { page, complaints } = await openTab(browser, stage.url);
      await signIn(page, stage.url);
      await page.goto('/users?role=ADMIN');
      await page.getByRole('heading', { level: 1, name: 'Connect a provider' }).waitFor();
      await page.getByRole('button', { name: 'Skip the rest, go to the console' }).click();
      await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
      expect(page.url()).toBe(`${stage.url}/users?role=ADMIN`);
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await stage.stop();
    }
  });
});
