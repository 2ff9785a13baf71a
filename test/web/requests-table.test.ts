import pg from 'pg';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../bench/data-fill.ts';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, createUser, until } from './outside.ts';
import { setUp, signIn } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

const HISTORY = 6_000;

/** A long log that nobody adds to: its table, its volume over time, and how somebody likes both. */
describe.skipIf(!hasBrowser())('the table of the request log', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  /** What the history has come to. */
  let rows = 0;

  const table = (): Locator => page.getByRole('table', { name: 'Requests', exact: true });
  const counted = (rows: number): Locator =>
    page.getByText(`${rows.toLocaleString('en-US')} requests`, { exact: true });
  const heads = async (): Promise<readonly string[]> =>
    (await table().getByRole('columnheader').allTextContents()).map((text) => text.trim());
  const volume = (): Locator => page.getByRole('region', { name: 'Requests over time' });
  const rowIn = (index: number): Locator => table().locator(`[aria-rowindex="${index + 2}"] a`);
  const columnsOpen = (): Promise<void> => page.getByRole('button', { name: 'Columns', exact: true }).click();

  async function openLog(search = ''): Promise<void> {
    await page.goto(`/requests${search}`);
    await table().waitFor();
    if (search !== '') return;
    await counted(rows).waitFor();
    // The same address again is where one was.
    await page.evaluate(`document.querySelector('[role=table]').parentElement.scrollTop = 0`);
  }

  beforeAll(async () => {
    stage = await openStage(async (connectionString) => {
      const pool = new pg.Pool({ connectionString });
      const now = new Date(Date.now() - 60_000);
      await fill({ pool, rows: HISTORY, days: 5, now, onDay: (_day, count) => (rows += count) });
      await pool.end();
    });
    await setUp(stage.url);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('is as long as the log, each row once, with few of them drawn', async () => {
    await openLog();
    const found = await page.evaluate<{ last: number; most: number; torn: number }>(`(async () => {
      const box = document.querySelector('[role=table]').parentElement;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const places = new Map();
      let most = 0;
      let torn = 0;
      for (box.scrollTop = 0; ; box.scrollTop += box.clientHeight) {
        do await frame(); while (box.querySelector('[aria-busy=true]') !== null);
        const links = box.querySelectorAll('a[href*="row="]');
        most = Math.max(most, links.length);
        for (const link of links) {
          const place = Number(link.closest('[aria-rowindex]').getAttribute('aria-rowindex'));
          const known = places.get(link.href) ?? place;
          if (known !== place) torn += 1;
          places.set(link.href, place);
        }
        if (box.scrollTop + box.clientHeight >= box.scrollHeight - 2) break;
      }
      return { last: Math.max(...places.values()), different: places.size, most, torn };
    })()`);
    expect(found).toMatchObject({ last: rows + 1, different: rows, torn: 0 });
    expect(found.most).toBeLessThan(80);
    await page.getByText('These are all.').waitFor();
  }, 600_000);

  it('goes to any place by keys, and the row that is there opens', async () => {
    await openLog();
    await rowIn(0).focus();
    await page.keyboard.press('ArrowDown');
    await until(async () => await isFocused(1));
    await page.keyboard.press('End');
    await until(async () => await isFocused(rows - 1));
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    await until(async () => !(await isFocused(rows - 1)));
    await page.keyboard.press('Home');
    await until(async () => await isFocused(0));
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Request', exact: true }).waitFor();
    expect(await table().locator('[role=row][aria-selected=true]').getAttribute('aria-rowindex')).toBe('2');
    async function isFocused(index: number): Promise<boolean> {
      return (
        (await page.evaluate(`document.activeElement.closest('[aria-rowindex]')?.ariaRowIndex ?? ''`)) ===
        String(index + 2)
      );
    }
  });

  it('opens the request that the keys have come to once its row is there, however late', async () => {
    await openLog();
    await rowIn(0).click();
    await expect.poll(() => new URL(page.url()).searchParams.has('row')).toBe(true);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/graphql', async (route) => {
      if ((route.request().postData() ?? '').includes('requestLogs')) await released;
      await route.continue();
    });
    // Far beyond the pages that are there.
    const steps = 400;
    for (let step = 0; step < steps; step += 1) await page.keyboard.press('j');
    const open = table().locator('[aria-selected=true]');
    expect(await open.count()).toBe(0);
    release();
    await until(async () => (await open.getAttribute('aria-rowindex')) === String(steps + 2));
    await page.unrouteAll({ behavior: 'wait' });
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).searchParams.has('row')).toBe(false);
  });

  it('shows other rows in the lines that it has, which take neither the keys nor a selection along', async () => {
    await openLog();
    const scrollTo = (share: number): Promise<void> =>
      page.evaluate(`(() => {
        const box = document.querySelector('[role=table]').parentElement;
        box.scrollTop = box.scrollHeight * ${share};
      })()`);
    const areOthers = async (): Promise<void> =>
      await until(
        async () =>
          (await rowIn(0).count()) === 0 && (await table().locator('[aria-busy=true]').count()) === 0,
      );
    await page.evaluate(
      `globalThis.knownLines = new Set(document.querySelectorAll('[role=table] [aria-rowindex]'))`,
    );
    await rowIn(1).focus();
    await scrollTo(0.5);
    await areOthers();
    const lines = await page.evaluate<{ all: number; known: number; focused: boolean }>(`(() => {
      const lines = [...document.querySelectorAll('[role=table] [aria-rowindex]')];
      const box = document.querySelector('[role=table]').parentElement;
      const known = lines.filter((line) => globalThis.knownLines.has(line)).length;
      return { all: lines.length, known, focused: document.activeElement === box };
    })()`);
    expect(lines.known).toBe(lines.all);
    expect(lines.focused).toBe(true);
    await page.keyboard.press('ArrowDown');
    await until(
      async () =>
        (await page.evaluate(`document.activeElement.closest('[aria-rowindex]')?.ariaRowIndex ?? ''`)) ===
        '4',
    );
    await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('selectionchange', resolve, { once: true });
      getSelection().selectAllChildren(document.querySelector('[aria-rowindex="4"] [data-column=model]'));
    })`);
    expect(await page.evaluate(`getSelection().isCollapsed`)).toBe(false);
    await scrollTo(0.5);
    await areOthers();
    expect(await page.evaluate(`getSelection().isCollapsed`)).toBe(true);
  });

  it('opens an address at the row that it names, wherever that is, and comes back to where one was', async () => {
    await openLog('?status=SUCCESS');
    await page.evaluate(`(() => {
      const box = document.querySelector('[role=table]').parentElement;
      box.scrollTop = box.scrollHeight / 2;
    })()`);
    await until(async () => (await table().locator('[aria-busy=true]').count()) === 0);
    const middle = table().getByRole('link').nth(12);
    const place = await middle.evaluate((link) => link.closest('[aria-rowindex]')?.ariaRowIndex);
    await middle.click();
    await page.waitForURL((url) => url.searchParams.has('row'));
    expect(new URL(page.url()).searchParams.get('status')).toBe('SUCCESS');
    await page.reload();
    const open = table().locator('[role=row][aria-selected=true]');
    await open.waitFor();
    expect(await open.getAttribute('aria-rowindex')).toBe(place);
    await page.getByRole('link', { name: 'Open as a page' }).click();
    await page.waitForURL((url) => /^\/requests\/[0-9a-f-]{36}$/.test(url.pathname));
    await page.goBack();
    await open.waitFor();
    expect(await open.getAttribute('aria-rowindex')).toBe(place);
  });

  it('draws the volume over time, which adds up to the list, and narrows the time by keys and by the pointer', async () => {
    await openLog('?range=24h');
    const slider = volume().getByRole('slider');
    await slider.waitFor();
    expect(await violations(page)).toEqual([]);
    const total = Number((await page.locator('.count').textContent())?.replace(/\D/g, ''));
    await slider.focus();
    await page.keyboard.press('Home');
    for (let steps = 0; steps < 60; steps += 1) await page.keyboard.press('Shift+ArrowRight');
    expect(await slider.getAttribute('aria-valuetext')).toContain(
      `: ${total.toLocaleString('en-US')} requests`,
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    const chosen = /: ([\d,]+) requests/.exec((await slider.getAttribute('aria-valuetext')) ?? '')?.[1];
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('from') && url.searchParams.has('to'));
    await page.getByText(`${chosen} requests`, { exact: true }).waitFor();
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get('range') === '24h');
    await until(async () => (await slider.getAttribute('aria-valuemax')) !== '1');
    const box = await slider.boundingBox();
    if (box === null) throw new Error('there is no volume');
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.has('from'));
    await volume().getByRole('button', { name: 'Requests over time as a table' }).click();
    await volume().getByRole('table').getByRole('link').first().click();
    await page.waitForURL((url) => url.searchParams.has('from'));
    await page.goto('/requests?model=nothing-is-called-so');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await volume().getByText('No request in this time.').waitFor();
  });

  it('has the columns that somebody chose, in their order and width, and remembers them for each person', async () => {
    await openLog();
    await columnsOpen();
    await page.getByRole('checkbox', { name: 'Session', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Provider', exact: true }).click();
    await page.getByLabel('Compact').check();
    await page.getByLabel('Width of Model').fill('300');
    await page.getByRole('button', { name: 'Cost further left' }).press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Cost further left');
    expect(await violations(page)).toEqual([]);
    const chosen = [
      'Time',
      'Status',
      'Tenant',
      'Model',
      'Category',
      'Tokens',
      'Cost',
      'First token',
      'Duration',
    ];
    await until(async () => (await heads()).join() === [...chosen, 'Session', 'Actions'].join());
    await page.reload();
    await counted(rows).waitFor();
    expect(await heads()).toEqual([...chosen, 'Session', 'Actions']);
    const model = page.getByRole('columnheader', { name: 'Model' });
    const width = async (): Promise<number> => (await model.boundingBox())?.width ?? 0;
    expect(await width()).toBe(300);
    expect((await table().getByRole('row').nth(1).boundingBox())?.height).toBe(28);

    const head = await model.boundingBox();
    const edge = (head?.x ?? 0) + (head?.width ?? 0) - 3;
    await page.mouse.move(edge, (head?.y ?? 0) + 16);
    await page.mouse.down();
    await page.mouse.move(edge + 60, (head?.y ?? 0) + 16, { steps: 4 });
    await page.mouse.up();
    expect(await width()).toBe(360);

    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    const other = await page.context().newPage();
    await signIn(other, stage.url, { username: 'ledger', password: ADMIN.password });
    await other.goto('/requests');
    await other.getByRole('columnheader', { name: 'Provider' }).waitFor();
    await signIn(page, stage.url);
    await other.close();
    await page.reload();
    await columnsOpen();
    await page.getByRole('button', { name: 'As usual' }).click();
    await page.getByRole('columnheader', { name: 'Provider' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('keeps views under a name: saved, changed, renamed, shared, deleted and brought back', async () => {
    await openLog('?status=ERROR&range=24h');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('button', { name: 'Save the view' }).click();
    await page.getByText('A view needs a name.').waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('What went wrong');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const views = page.getByRole('navigation', { name: 'Views' });
    const mine = views.getByRole('link', { name: /^What went/ });
    await page.waitForURL((url) => url.searchParams.has('view'));
    expect(await mine.getAttribute('aria-current')).toBe('page');

    await columnsOpen();
    await page.getByRole('checkbox', { name: 'User', exact: true }).click();
    await page.keyboard.press('Escape');
    await views
      .getByRole('link', { name: 'What went wrong , changed' })
      .or(views.getByText(', changed'))
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await views.getByRole('button', { name: 'Update' }).click();
    await views.getByRole('link', { name: 'All' }).click();
    await page.waitForURL((url) => url.search === '');
    await until(async () => !(await heads()).includes('User'));
    await mine.click();
    await page.getByRole('columnheader', { name: 'User' }).waitFor();

    const actions = views.getByRole('button', { name: /^Actions for the view/ });
    await actions.click();
    await page.getByRole('menuitem', { name: 'Copy the link' }).click();
    await page.getByText('Copied the link').first().waitFor();
    const link = String(await page.evaluate('navigator.clipboard.readText()'));
    await actions.click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('What went well');
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await views.getByRole('link', { name: 'What went well' }).waitFor();
    await actions.click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await mine.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await mine.waitFor();

    const guest = await openTab(browser, stage.url);
    await signIn(guest.page, stage.url);
    await guest.page.goto(link);
    await guest.page.getByRole('columnheader', { name: 'User' }).waitFor();
    expect(await guest.page.getByRole('navigation', { name: 'Views' }).getByText('What went').count()).toBe(
      0,
    );
    await guest.page.getByText(/^Status: error/).waitFor();
    expect(guest.complaints).toEqual([]);
    await guest.page.context().close();
  });

  it('fits a phone and a wide screen, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1920]) {
        await page.setViewportSize({ width, height: 844 });
        await openLog('?range=24h');
        await volume().getByRole('slider').waitFor();
        expect([width, await overflow(page)]).toEqual([width, 0]);
        expect(await violations(page)).toEqual([]);
      }
    }
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
