import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { answered, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { askModel } from './traffic.ts';

describe.skipIf(!hasBrowser())('the system page', () => {
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

  const settings = async (): Promise<Record<string, unknown>> => {
    const response = await fetch(`${stage.url}/api/prism/admin/system/log-config`, {
      headers: { authorization: `Bearer ${ready.token}` },
    });
    return (await response.json()) as Record<string, unknown>;
  };

  it('shows the process, the database and the providers, live', async () => {
    await page.goto('/system');
    await page.getByText('Live, every 2 s').waitFor();
    const processes = page.getByRole('region', { name: 'Processes' });
    await processes.getByRole('cell', { name: 'Serving' }).waitFor();
    const database = page.getByRole('region', { name: 'Database' });
    await expect
      .poll(() => database.textContent())
      .toMatch(/PostgreSQL \d+.*daily partitions since \d{4}-\d\d-\d\d, kept for 90 days/s);
    await page.getByRole('region', { name: 'Providers' }).getByRole('link', { name: 'Simulator' }).waitFor();
    const charts = page.getByRole('figure');
    await charts.nth(5).waitFor();
    expect(await answered(() => askModel(stage.url, ready.apiKey, 'sim-fast'))).toBe(200);
    await until(
      async () => (await processes.getByRole('row').nth(1).textContent())?.includes('full') === true,
    );
    await charts.first().getByRole('button', { name: 'Requests as a table' }).click();
    await charts.first().getByRole('table').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('saves only what changed, puts a refusal beside its field, and guards what is not saved', async () => {
    await page.getByRole('link', { name: 'Log settings' }).click();
    const before = await settings();
    await page.getByLabel('Files of either kind').fill('1');
    await page.getByText('1 unsaved change').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('input[aria-invalid=true]').waitFor();
    expect(await settings()).toEqual(before);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Files of either kind').fill('7');
    await page.getByLabel('Level').selectOption('error');
    await page.getByText('2 unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('in force on every process').waitFor();
    expect(await settings()).toMatchObject({
      ...before,
      level: 'error',
      fileLogging: { maxFiles: 7, maxSizeMb: 100 },
    });
    await page.reload();
    await page.getByLabel('Level').waitFor();
    expect(await page.getByLabel('Level').inputValue()).toBe('ERROR');
  });

  it('warns where prompts would stand in clear', async () => {
    await expect
      .poll(() => page.getByRole('switch', { name: 'Write them into the log files, too' }).isDisabled())
      .toBe(true);
    await page.getByRole('switch', { name: 'Store prompts and answers' }).click();
    await page.getByRole('switch', { name: 'Write them into the log files, too' }).click();
    await page.getByText('They stand there in clear').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
  });

  it('is not for others', async () => {
    const user = { username: 'mia', password: 'a good long password', role: 'MAINTAINER' };
    await createUser(stage.url, user);
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, user);
    await other.page.goto('/');
    await other.page.getByRole('navigation', { name: 'Console' }).waitFor();
    expect(await other.page.getByRole('link', { name: 'System', exact: true }).count()).toBe(0);
    await other.page.context().close();
  });

  it('has no violation in either theme, and fits a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of ['/system', '/system?tab=log']) {
        await page.goto(path);
        await page.getByRole('heading', { name: 'System' }).waitFor();
        if (path === '/system') await page.getByRole('figure').nth(5).waitFor();
        else await page.getByLabel('Level').waitFor();
        expect([path, colorScheme, await violations(page)]).toEqual([path, colorScheme, []]);
      }
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/system', '/system?tab=log']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      expect([path, await overflow(page)]).toEqual([path, 0]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('says that nothing came when the server fails', async () => {
    await page.route('**/graphql', async (route) => {
      if ((route.request().postData() ?? '').includes('query System('))
        await route.fulfill({
          json: { errors: [{ message: 'The database is away.', extensions: { code: 'internal' } }] },
        });
      else await route.continue();
    });
    await page.goto('/system');
    await page.getByRole('alert').filter({ hasText: 'The database is away.' }).waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await page.getByRole('cell', { name: 'Serving' }).count()).toBe(1);
  });

  it('asks for the name before a process is made to leave, and says what it means', async () => {
    await page.goto('/system');
    const evict = page.getByRole('button', { name: /^Evict / });
    await evict.click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toContain('nobody is served');
    expect(await dialog.getByRole('button', { name: 'Drain and stop' }).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await evict.evaluate('document.activeElement.textContent')).toContain('Evict');
  });

  it('never made the browser complain', () => {
    expect(tab.complaints).toEqual([]);
  });
});
