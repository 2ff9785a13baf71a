import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { createUser } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped, as a person would. */
describe.skipIf(!hasBrowser())('categories and presets', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    // The simulator's models have no benchmarks; these have.
    for (const modelId of ['gpt-4o', 'gpt-4o-mini', 'o4-mini']) {
      await createModel(modelId);
    }
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function createModel(modelId: string): Promise<void> {
    const query =
      'mutation ($id: ID!, $input: CreateModelInput!) { createModel(providerId: $id, input: $input) { __typename } }';
    const response = await fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { id: ready.providerId, input: { modelId } } }),
    });
    expect(await response.text()).toContain('"ProviderModel"');
  }

  it('lists all of them by tier, finds by an example, and keeps the search in the address', async () => {
    await page.goto('/categories');
    await page.getByRole('link', { name: 'Small talk', exact: true }).waitFor();
    expect(await page.getByRole('rowheader', { name: /micro 1\/8/ }).count()).toBe(1);
    await page.getByLabel('Find a category').fill('capital of mongolia');
    await page.getByRole('link', { name: 'Small talk', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Question with a short answer' }).waitFor();
    await expect.poll(() => page.url()).toContain('q=capital');
    await page.getByLabel('Find a category').fill('no such thing');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByLabel('Group by').selectOption('axis');
    await page.getByRole('rowheader', { name: /Mathematics/ }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('edits one with the error beside its field, and sends only what changed', async () => {
    await page.goto('/categories');
    await page.getByRole('link', { name: 'SQL', exact: true }).click();
    await page.getByLabel('Default model').fill('no-such-model');
    await page.getByRole('region', { name: 'Unsaved changes' }).getByText('1 unsaved change').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('input[aria-invalid=true]').waitFor();
    await page.getByLabel('Default model').fill('gpt-4o-mini');
    const [request] = await Promise.all([
      page.waitForRequest((it) => it.postData()?.includes('CategoryUpdate') === true),
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    ]);
    expect(JSON.parse(request.postData() ?? '{}').variables.input).toEqual({ defaultModel: 'gpt-4o-mini' });
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });
    await page.getByText('by hand: no preset replaces it').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('asks before unsaved changes are left behind', async () => {
    await page.getByLabel('Description').fill('Something else');
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(() => page.url()).toContain('/categories/');
  });

  it('shows what presets would change before they do, and never takes what was set by hand', async () => {
    await page.goto('/categories/presets');
    await page.getByRole('heading', { name: 'No profile chosen' }).waitFor();
    await page.getByRole('checkbox', { name: /Software development/ }).check();
    await page.getByRole('cell', { name: 'o4-mini' }).first().waitFor();
    await expect.poll(() => page.url()).toContain('profile=software_development');
    await page.getByText(/keep the model that somebody set by hand/).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Set \d+ defaults$/ }).click();
    await page.getByRole('button', { name: 'Nothing to apply' }).waitFor();
    const rows = await ready.rest('GET', '/admin/categories');
    const sql = rows.find((it: { key: string }) => it.key === 'sql_generation');
    expect(sql.defaultModel).toBe('gpt-4o-mini');
  });

  it('creates one with a key made from its name, and deletes it by its key', async () => {
    await page.goto('/categories/new');
    await page.getByLabel('Name', { exact: true }).fill('Übersicht 24');
    await expect.poll(() => page.getByLabel('Key', { exact: true }).inputValue()).toBe('ubersicht_24');
    await page.getByRole('button', { name: 'Add example' }).click();
    await page.getByLabel('Example 1', { exact: true }).fill('Show me all of it');
    await page.getByRole('button', { name: 'Create category' }).click();
    await page.getByRole('heading', { name: 'Übersicht 24' }).waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByText(/0 requests were sorted into it in the last 7 days/).waitFor();
    const remove = page.getByRole('button', { name: 'Delete category' });
    await expect.poll(() => remove.isDisabled()).toBe(true);
    await page.getByLabel('Type “ubersicht_24” to confirm').fill('ubersicht_24');
    await remove.click();
    await page.getByRole('link', { name: 'Small talk', exact: true }).waitFor();
    expect(await page.getByText('ubersicht_24', { exact: true }).count()).toBe(0);
  });

  it('brings deleted built-in ones back', async () => {
    const rows = await ready.rest('GET', '/admin/categories');
    const gone = rows.find((it: { key: string }) => it.key === 'translation');
    await ready.rest('DELETE', `/admin/categories/${gone.id}`);
    await page.goto('/categories');
    await page.getByRole('button', { name: 'Restore built-in…' }).click();
    await page.getByRole('button', { name: 'Restore them' }).click();
    await page.getByText(/1 category is back/).waitFor();
    await page.getByRole('link', { name: 'Translation', exact: true }).waitFor();
    const back = await ready.rest('GET', '/admin/categories');
    expect(back).toHaveLength(rows.length);
  });

  it('fits a phone, in the dark', async () => {
    const small = await openTab(browser, stage.url, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    await signIn(small.page, stage.url);
    for (const path of ['/categories', '/categories/presets?profile=data_operations', '/categories/new']) {
      await small.page.goto(path);
      await small.page.getByRole('heading', { level: 1 }).waitFor();
      await small.page.getByText('Loading').first().waitFor({ state: 'detached' });
      expect([path, await overflow(small.page)]).toEqual([path, 0]);
      expect([path, await violations(small.page)]).toEqual([path, []]);
    }
    // The first column is still one of words.
    await small.page.goto('/categories');
    const first = await small.page.getByRole('link', { name: 'Translation', exact: true }).boundingBox();
    expect(first?.height).toBeLessThan(60);
    expect(small.complaints).toEqual([]);
    await small.page.context().close();
  });

  it('is no page for those who may not change categories', async () => {
    const finops = { username: 'fin', password: 'a long enough password', role: 'FINOPS' };
    await createUser(stage.url, finops);
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, finops);
    await other.page.goto('/');
    await other.page.getByRole('navigation', { name: 'Console' }).waitFor();
    expect(await other.page.getByRole('link', { name: 'Categories' }).count()).toBe(0);
    await other.page.goto('/categories');
    await other.page.getByRole('heading', { name: 'Not for this role' }).waitFor();
    await other.page.context().close();
  });

  it('complained about nothing', () => {
    expect(tab.complaints).toEqual([]);
  });
});
