import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, type Tab } from './browser.ts';
import { expectGoodLooks } from './looks.ts';
import { ADMIN, chat, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped. */
describe.skipIf(!hasBrowser())('tenants', () => {
  let stage: Stage;
  let browser: Browser;
  let ready: Ready;
  let tab: Tab;
  let page: Page;
  let key = '';

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    await ready.rest('POST', '/admin/tenants', { slug: 'quiet', name: 'Quiet', active: false });
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const section = async (name: RegExp | string) => {
    await page.getByRole('navigation', { name: 'Sections of Acme' }).getByRole('link', { name }).click();
  };

  it('are found by name, slug and beginning of a key, and the address keeps what is asked', async () => {
    await page.goto('/tenants');
    await page.getByRole('link', { name: 'Quiet' }).waitFor();
    await page.getByLabel('Search').fill('acm');
    await page.getByText('1 of 2 tenants').waitFor();
    await page.waitForURL(/q=acm/);
    await page.reload();
    await page.getByText('1 of 2 tenants').waitFor();
    await page.getByLabel('Search').fill('nobody');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByLabel('State').selectOption('off');
    await page.getByText('1 of 2 tenants').waitFor();
    await page.getByLabel('State').selectOption('');
    await page.getByRole('link', { name: 'Acme', exact: true }).click();
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/tenants/${ready.tenantId}`);
  });

  it('show their address, use and forecast', async () => {
    const month = page.getByRole('region', { name: 'This month' });
    await month.getByText('Whole month, an estimate').waitFor();
    await until(async () => {
      await page.reload();
      await month.getByText('Whole month, an estimate').waitFor();
      return (await month.getByRole('link', { name: 'sim-fast' }).count()) === 1;
    });
    await expect
      .poll(() => page.getByRole('group', { name: 'Base URL' }).textContent())
      .toBe(`${stage.url}/api/acme/v1`);
  });

  it('get a key that is shown once, until one says that it is stored', async () => {
    await section(/^Keys/);
    await page.getByRole('button', { name: 'Add key' }).click();
    await page.getByLabel('What it is for').fill('ci');
    await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click();
    await page.getByRole('heading', { name: 'The key of Acme' }).waitFor();
    key = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
    expect(key).toMatch(/^omp-[0-9a-f]{64}$/);
    expect(await page.getByRole('group', { name: '.env lines' }).textContent()).toContain(
      `OPENAI_API_KEY=${key}`,
    );
    await expect
      .poll(() => page.getByRole('group', { name: 'curl command' }).textContent())
      .toContain('/api/acme/v1');
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await page.getByRole('heading', { name: 'The key of Acme' }).waitFor();
    await page.getByRole('button', { name: 'I have stored the key' }).click();
    await page.getByText('ci', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);
    await until(async () => (await chat(stage.url, key)) === 200);
  });

  it('lose a key for a while and get it back by undo', async () => {
    await page.getByRole('button', { name: 'Disable ci' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    await until(async () => (await chat(stage.url, key)) === 401);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Disable ci' }).waitFor();
    expect(await page.getByText('Disabled', { exact: true }).count()).toBe(0);
    await until(async () => (await chat(stage.url, key)) === 200);
  });

  it('lose a key for ever only by its name', async () => {
    await page.getByRole('button', { name: 'More for ci' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const verb = page.getByRole('button', { name: 'Delete key' });
    await expect.poll(() => verb.isDisabled()).toBe(true);
    await page.getByLabel(/^Type “omp-/).fill(key.slice(0, 12));
    await verb.click();
    await page.getByRole('button', { name: 'More for ci' }).waitFor({ state: 'detached' });
    await until(async () => (await chat(stage.url, key)) === 401);
  });

  it('show what a change of access would do before it is made', async () => {
    await section('Access');
    await page.getByLabel('Only those listed').check();
    await page.getByRole('heading', { name: 'What it would be allowed' }).waitFor();
    await page.getByRole('combobox', { name: 'Models that it may use' }).fill('sim-mini');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('list', { name: 'The list' }).getByText('sim-mini', { exact: true }).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'simulator/sim-mini' });
    await row.getByText('it is listed').waitFor();
    const other = page.getByRole('row').filter({ hasText: 'simulator/sim-fast' });
    await other.getByText('taken away').waitFor();
    // Nothing is stored yet.
    expect(await chat(stage.url, ready.apiKey)).toBe(200);
    await page.getByText('2 unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 403);
  });

  it('put the server’s errors at their fields', async () => {
    await page.getByLabel('All models').check();
    await page.getByRole('button', { name: 'Add alias' }).click();
    await page.getByLabel('Alias', { exact: true }).fill('auto');
    await page.getByRole('combobox', { name: 'Stands for' }).fill('sim-fast');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('input[aria-invalid=true]').waitFor();
    const described =
      (await page.getByLabel('Alias', { exact: true }).getAttribute('aria-describedby')) ?? '';
    await expect
      .poll(() => page.locator(`[id="${described.split(' ')[0]}"]`).textContent())
      .toContain('is a reserved name');
    await expect
      .poll(() => page.getByLabel('Alias', { exact: true }).getAttribute('aria-invalid'))
      .toBe('true');
    await page.getByLabel('Alias', { exact: true }).fill('quick');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').first().waitFor();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });

  it('ask before unsaved changes are left', async () => {
    await section('Limits');
    await page.getByLabel('Requests a minute').fill('60');
    await section('Overview');
    await page.getByRole('dialog').getByRole('button', { name: 'Stay on the page' }).click();
    await expect.poll(() => page.getByLabel('Requests a minute').inputValue()).toBe('60');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await page.getByRole('meter', { name: 'Requests' }).waitFor();
  });

  it('send only what has changed of their routing, and go back to the default', async () => {
    await section('Routing');
    await page.getByLabel('Cost mode').selectOption('economy');
    await page.getByText('Its own; the default is balanced.').waitFor();
    await page.getByRole('switch', { name: 'Frustration' }).click();
    const sent = page.waitForRequest((request) => (request.postData() ?? '').includes('UpdateTenant'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const { variables } = JSON.parse((await sent).postData() ?? '{}') as { variables: { input: unknown } };
    expect(variables.input).toEqual({
      routing: { costMode: 'economy', overrides: { frustration: { enabled: false } } },
    });
    await page.getByText('2 unsaved changes').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Reset Cost mode to the default' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await page.getByRole('switch', { name: 'Ask a model when unsure' }).click();
    await page.getByRole('combobox', { name: 'Model', exact: true }).fill('no-such-model');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('[aria-invalid=true]').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('have snippets for their clients, and a history of what was changed', async () => {
    await section('Snippets');
    await page.getByRole('link', { name: 'Cursor' }).click();
    await page.getByText('Override OpenAI Base URL').waitFor();
    await expect.poll(() => page.url()).toContain('client=cursor');
    await page.getByLabel('Model that they name').selectOption('auto');
    await page.getByText('Add model: auto').waitFor();
    await section('History');
    await page.getByText('added a key').first().waitFor();
    await page.getByText('rateLimit.requestsPerMinute').first().waitFor();
  });

  it('are looked after by maintainers, without the history', async () => {
    await createUser(stage.url, { username: 'keeper', password: ADMIN.password, role: 'MAINTAINER' });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'keeper', password: ADMIN.password });
    await other.page.goto(`/tenants/${ready.tenantId}`);
    const tabs = other.page.getByRole('navigation', { name: 'Sections of Acme' }).getByRole('link');
    await tabs.first().waitFor();
    expect(await tabs.allTextContents()).not.toContain('History');
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('look right in both themes, wide and on a phone', async () => {
    const base = `/tenants/${ready.tenantId}`;
    const text = (words: string | RegExp) => (it: Page) => it.getByText(words).first().waitFor();
    await expectGoodLooks(browser, stage.url, [
      ['/tenants', text('Quiet')],
      [base, text('Whole month, an estimate')],
      [`${base}/keys`, text('Days a new key lives')],
      [`${base}/access`, text('simulator/sim-mini')],
      [`${base}/limits`, text('Busiest hour of the last 7 days')],
      [`${base}/routing`, text('Ask a model when unsure')],
      [`${base}/snippets`, text('Model that they name')],
      [`${base}/history`, text('added a key')],
      ['/tenants/new', text('Slug')],
    ]);
  }, 600_000);

  it('are deleted by name, and it is said what goes with them', async () => {
    await page.goto(`/tenants/${ready.tenantId}`);
    await page.getByRole('button', { name: 'More for Acme' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText(/1 key will stop working at once/).waitFor();
    await page.getByLabel('Type “Acme” to confirm').fill('Acme');
    await page.getByRole('button', { name: 'Delete tenant' }).click();
    await page.getByText('Acme is deleted, with 1 key').waitFor();
    await page.waitForURL('**/tenants');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/tenants');
    await page.goto(`/tenants/${ready.tenantId}`);
    await page.getByRole('heading', { name: 'There is no such tenant' }).waitFor();
  });

  it('complained about nothing', () => {
    expect(tab.complaints).toEqual([]);
  });
});
