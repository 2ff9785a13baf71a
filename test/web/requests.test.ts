import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Browser, Locator, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../bench/data-fill.ts';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

const HISTORY = 5_000;

/** In order: each goes on where the one before stopped. What the table itself can do is in requests-table.test.ts. */
describe.skipIf(!hasBrowser())('the request log', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  /** A request of the tenant; its id. */
  async function ask(model = 'sim-fast', content = 'Hello!', more: object = {}): Promise<string> {
    const response = await fetch(`${stage.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content }], ...more }),
    });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  }

  const table = (): Locator => page.getByRole('table', { name: 'Requests' });
  const rowOf = (id: string): Locator => table().locator(`a[href*="row=${id}"]`);
  const dock = (): Locator => page.getByRole('region', { name: 'Request', exact: true });
  /** The log of the tenant alone, without the history of others. */
  const own = (more = ''): string => `/requests?tenant=${ready.tenantId}${more}`;

  async function logged(id: string): Promise<void> {
    await until(async () => {
      const response = await fetch(`${stage.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
        body: JSON.stringify({ query: 'query ($id: ID!) { requestLog(id: $id) { id } }', variables: { id } }),
      });
      return (await response.text()).includes(id);
    });
  }

  beforeAll(async () => {
    stage = await openStage(async (connectionString) => {
      const pool = new pg.Pool({ connectionString });
      const now = new Date(Date.now() - 60_000);
      await fill({ pool, rows: HISTORY, days: 2, now, onDay: () => undefined });
      // What cost most is old: the first row of a sorted log is not the newest.
      await pool.query(
        `UPDATE request_log SET actual_cost = 9
         WHERE id = (SELECT id FROM request_log WHERE at > now() - interval '23 hours' ORDER BY at LIMIT 1)`,
      );
      await pool.end();
    });
    ready = await setUp(stage.url);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    await until(async () => (await ask()) !== '' && (await isKnown()));
    async function isKnown(): Promise<boolean> {
      const response = await fetch(`${stage.url}/v1/models`, {
        headers: { authorization: `Bearer ${ready.apiKey}` },
      });
      await response.text();
      return response.status === 200;
    }
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('shows what a request cost and how it went, in a dock beside the list', async () => {
    const id = await ask('sim-fast');
    await logged(id);
    await page.goto('/requests');
    await rowOf(id).waitFor();
    expect(await violations(page)).toEqual([]);
    await table()
      .getByRole('row')
      .filter({ has: page.locator(`a[href*="row=${id}"]`) })
      .getByRole('cell', { name: 'sim-fast' })
      .click();
    await dock().getByRole('heading', { name: 'Cost' }).waitFor();
    await expect.poll(() => page.url()).toContain(`row=${id}`);
    const text = (await dock().textContent()) ?? '';
    expect(text).toMatch(/Input.*\$.*Output.*\$/s);
    expect(await dock().getByRole('list', { name: 'Stages' }).getByRole('listitem').count()).toBeGreaterThan(
      1,
    );
    expect(await violations(page)).toEqual([]);
    for (const name of ['Routing', 'Messages', 'Attempts', 'Raw']) {
      await dock().getByRole('link', { name, exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('tab') === name.toLowerCase());
      expect(await violations(page)).toEqual([]);
    }
    await expect
      .poll(() => dock().getByRole('group', { name: 'The row as JSON' }).textContent())
      .toContain(id);
  });

  it('is read with keys alone: next, copy, whole page, close', async () => {
    const ids = [await ask(), await ask()];
    await logged(ids[1] ?? '');
    await page.goto('/requests');
    await rowOf(ids[1] ?? '').focus();
    await page.keyboard.press('Enter');
    await dock()
      .getByText(ids[1] ?? '')
      .first()
      .waitFor();
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.searchParams.get('row') === ids[0]);
    await page.keyboard.press('k');
    await page.waitForURL((url) => url.searchParams.get('row') === ids[1]);
    await page.keyboard.press('c');
    await page.getByText(/Copied as curl/).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('Bearer $PRISM_KEY');
    await page.keyboard.press('/');
    await page.getByPlaceholder(/A value/).fill('j');
    await expect.poll(() => page.url()).toContain(`row=${ids[1]}`);
    await page.keyboard.press('Escape');
    await page.getByPlaceholder(/A value/).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await dock().waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.getAttribute("href")')).toContain(ids[1]);
    await page.keyboard.press('Enter');
    await dock().waitFor();
    await page.keyboard.press('f');
    await page.waitForURL((url) => url.pathname === `/requests/${ids[1]}`);
    await page.getByRole('heading', { name: 'Cost' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goBack();
    await dock().waitFor();
  });

  it('keeps every filter in the address and shows it as a chip that can be removed', async () => {
    const failed = await ask('sim-error-400');
    await logged(failed);
    await page.goto(own('&status=ERROR'));
    await rowOf(failed).waitFor();
    const chips = page.getByRole('list', { name: 'Filters in force' });
    await expect.poll(() => chips.textContent()).toContain('Status: error');
    await page.reload();
    await rowOf(failed).waitFor();
    await page.getByText('1 request', { exact: true }).waitFor();
    await chips.getByRole('link', { name: 'Remove: Status: error' }).click();
    await page.getByRole('cell', { name: 'sim-fast' }).first().waitFor();
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get('status') === 'ERROR');

    await page.goto('/requests');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByPlaceholder(/A value/).fill('sim-err');
    await page.getByRole('option', { name: /sim-error-400/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('model') === 'sim-error-400');
    await rowOf(failed).waitFor();
  });

  it('includes a cell by alt-click and leaves it out with shift, as its menu does', async () => {
    await page.goto(own());
    const cell = page.getByRole('cell', { name: 'sim-fast' }).first();
    await cell.click({ modifiers: ['Alt'] });
    await page.waitForURL((url) => url.searchParams.get('model') === 'sim-fast');
    await page.goto(own());
    await cell.click({ modifiers: ['Alt', 'Shift'] });
    await page.waitForURL((url) => url.searchParams.get('not') === 'model:sim-fast');
    await page.getByRole('cell', { name: 'sim-error-400' }).waitFor();
    await until(async () => (await page.getByRole('cell', { name: 'sim-fast' }).count()) === 0);
    await page
      .getByRole('button', { name: /^Actions for the request/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Model sim-error-400' }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Status error' }).first().click();
    await page.waitForURL((url) => url.searchParams.get('status') === 'ERROR');
  });

  it('looks a pasted id up outside the range and the filters, and says so', async () => {
    const id = await ask();
    await logged(id);
    await page.goto(own('&status=ABORTED'));
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.getByPlaceholder(/A value/).fill(id);
    await page.getByRole('option', { name: /^Look up the request/ }).waitFor();
    await page.keyboard.press('Enter');
    await rowOf(id).waitFor();
    await page.getByText('Looked up by its id').waitFor();
    await page.goto('/requests?id=01930000-0000-7000-8000-000000000000');
    await page.getByRole('heading', { name: 'There is no such request' }).waitFor();
  });

  it('follows the traffic, holds what comes while it is paused and loses nothing', async () => {
    await page.goto('/requests');
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('live') === '1');
    const first = await ask();
    await rowOf(first).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    const held = await Promise.all(Array.from({ length: 40 }, () => ask()));
    await page.getByRole('button', { name: '40 new, show' }).waitFor();
    expect(await rowOf(held[0] ?? '').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: '40 new, show' }).click();
    for (const id of held.slice(-5)) await rowOf(id).waitFor();
    const late = await ask();
    await rowOf(late).waitFor();
    await rowOf(late).click();
    await page.getByText('Paused while a request is open').waitFor();
    const behind = await ask();
    await page.getByRole('button', { name: '1 new, show' }).waitFor();
    await page.keyboard.press('Escape');
    await rowOf(behind).waitFor();
  });

  it('runs the filter of the list on the server while it is live', async () => {
    await page.goto('/requests?live=1&not=model:sim-fast');
    await page.getByText('Live', { exact: true }).last().waitFor();
    const other = await ask('sim-fast');
    const shown = await ask('sim-cache');
    await rowOf(shown).waitFor();
    expect(await rowOf(other).count()).toBe(0);
  });

  it('fills the gap when the connection was lost', async () => {
    const sockets: WebSocketRoute[] = [];
    let isAway = false;
    await page.routeWebSocket('**/graphql', async (socket) => {
      if (isAway) return await socket.close({ code: 1012 });
      sockets.push(socket);
      socket.connectToServer();
    });
    await page.goto('/requests?live=1');
    const before = await ask();
    await rowOf(before).waitFor();
    isAway = true;
    for (const socket of sockets) await socket.close({ code: 1012 });
    await page.getByText(/^Connection lost at/).waitFor();
    expect(await violations(page)).toEqual([]);
    const missed = [await ask(), await ask(), await ask()];
    for (const id of missed) await logged(id);
    expect(await rowOf(missed[0] ?? '').count()).toBe(0);
    isAway = false;
    const after = await ask();
    for (const id of [...missed, after]) await rowOf(id).waitFor({ timeout: 60_000 });
    await page.getByText(/^Connection lost at/).waitFor({ state: 'detached' });
  });

  it('exports what the filters leave', async () => {
    await page.goto(own('&status=ERROR'));
    await page.getByRole('cell', { name: 'sim-error-400' }).waitFor();
    for (const [item, extension] of [
      ['As CSV', 'csv'],
      ['As JSON lines, with traces', 'jsonl'],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`requests.${extension}`);
      const text = await readFile(await file.path(), 'utf8');
      expect(text).toContain('sim-error-400');
      expect(text.trim().split('\n')).toHaveLength(extension === 'csv' ? 2 : 1);
    }
  });

  it('shows prompt and answer where they are stored', async () => {
    await ready.rest('PUT', '/admin/settings/logging', { promptLogging: true }).catch(async () => {
      await fetch(`${stage.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
        body: JSON.stringify({
          query: 'mutation { updateLogSettings(input: { promptLogging: true }) { __typename } }',
        }),
      });
    });
    let id = '';
    await until(async () => {
      id = await ask('sim-fast', 'What is the capital of France?', { stream: true });
      await logged(id);
      const response = await fetch(`${stage.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
        body: JSON.stringify({ query: `{ requestLog(id: "${id}") { snapshot { prompt } } }` }),
      });
      return (await response.text()).includes('France');
    });
    await page.goto(`/requests/${id}?tab=messages`);
    await page.getByRole('article', { name: 'user' }).getByText('What is the capital of France?').waitFor();
    await page.getByRole('article', { name: 'assistant' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('hides prompts from those who may not read them, and keys that would be refused', async () => {
    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'ledger', password: ADMIN.password });
    await other.page.goto('/requests');
    await other.page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click();
    const details = other.page.getByRole('region', { name: 'Request', exact: true });
    await details.getByRole('heading', { name: 'Cost' }).waitFor();
    expect(await details.getByRole('link', { name: 'Messages' }).count()).toBe(0);
    await details.getByRole('link', { name: 'Routing', exact: true }).click();
    expect(await details.getByRole('link', { name: 'Open in the test bench' }).count()).toBe(0);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('sorts a time by what a column’s head asks for', async () => {
    await page.goto('/requests');
    await page.getByRole('button', { name: 'Cost' }).click();
    await page.waitForURL((url) => url.searchParams.get('sort') === 'cost');
    await page.getByText(/^The top 200 of .* by cost$/).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Cost' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    await expect.poll(() => page.getByRole('button', { name: 'Live', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Slow first token' }).click();
    await page.waitForURL((url) => url.searchParams.get('sort') === 'first');
  });

  it('fits a phone, in both themes, with the details over the list', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1920]) {
        await page.setViewportSize({ width, height: 844 });
        await page.goto('/requests');
        await table().waitFor();
        expect(await overflow(page)).toBe(0);
        expect(await violations(page)).toEqual([]);
      }
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto('/requests');
      await table().getByRole('link').first().click();
      await page.getByRole('dialog', { name: 'Request' }).getByRole('heading', { name: 'Cost' }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('says what went wrong in its own place, and tries again', async () => {
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('RequestPage') === true ? route.abort() : route.fallback(),
    );
    await page.goto('/requests');
    await page
      .getByRole('alert')
      .getByText(/cannot be reached/)
      .waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await table().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('complained about nothing else in the browser’s console', () => {
    const provoked = /Failed to load resource/;
    expect(tab.complaints.filter((complaint) => !provoked.test(complaint))).toEqual([]);
  });
});
