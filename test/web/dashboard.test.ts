import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { answered, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { askModel, counted } from './traffic.ts';

describe.skipIf(!hasBrowser())('the overview', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let ready: Ready;
  let betaKey = '';

  beforeAll(async () => {
    stage = await openStage();
    browser = await launch();
    ready = await setUp(stage.url, { slug: 'acme', name: 'Acme Search' });
    const beta = { slug: 'beta', name: 'Beta Labs', providerIds: [ready.providerId] };
    betaKey = String((await ready.rest('POST', '/admin/tenants', beta)).apiKey);
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    await page.goto('/');
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const figures = () => page.getByRole('region', { name: 'Figures' });
  const charts = () => page.getByRole('figure');

  it('waits for the first request with a command to paste, and shows it by itself', async () => {
    await page.getByRole('heading', { name: 'No request yet' }).waitFor();
    expect(await page.getByRole('group', { name: 'curl command' }).textContent()).toContain(
      '/v1/chat/completions',
    );
    expect(await figures().count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(await answered(() => askModel(stage.url, ready.apiKey, 'sim-fast', { user: 'ann' }))).toBe(200);
    await figures().waitFor();
    expect(await page.getByRole('heading', { name: 'No request yet' }).count()).toBe(0);
  });

  it('adds up what was asked, and what failed', async () => {
    await Promise.all([
      ...Array.from({ length: 6 }, () => askModel(stage.url, ready.apiKey, 'sim-fast')),
      askModel(stage.url, ready.apiKey, 'sim-error-500'),
      askModel(stage.url, betaKey, 'sim-cache'),
    ]);
    await counted(stage.url, ready.token, 9);
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await page.getByRole('link', { name: /^9\b.*Requests, show the requests/ }).waitFor();
    expect(await figures().textContent()).toMatch(/Error rate\s+11 %.*1 failed/s);
    expect(await figures().textContent()).toMatch(/\d+ in, \d+ out/);
    await charts().nth(4).waitFor();
    const names = await Promise.all(
      [0, 1, 2, 3, 4].map((index) => charts().nth(index).getAttribute('aria-labelledby')),
    );
    expect(new Set(names).size).toBe(5);
    const picture = await charts().nth(1).locator('[role=img]').first().getAttribute('aria-label');
    expect(picture).toMatch(/^Requests\. From .* by the hour\. .*Answered: at most 8,/);
  });

  it('leads from a figure, a row and a bucket to the requests behind it', async () => {
    const failed = figures().getByRole('link', { name: /Error rate, show the requests/ });
    await expect.poll(() => failed.getAttribute('href')).toMatch(/^\/requests\?from=.*&status=ERROR$/);
    const row = page.getByRole('table').last().getByRole('link', { name: 'sim-fast', exact: true });
    await expect.poll(() => row.getAttribute('href')).toContain('model=sim-fast&provider=simulator');
    const chart = charts().filter({ hasText: 'requests per hour' });
    await chart.getByRole('button', { name: 'Requests as a table' }).click();
    const bucket = chart.getByRole('table').getByRole('link').first();
    await expect.poll(() => bucket.getAttribute('href')).toMatch(/^\/requests\?from=.*&to=/);
    await chart.getByRole('button', { name: 'Requests as a table' }).click();
    await failed.click();
    await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
    await expect.poll(() => page.url()).toContain('status=ERROR');
    await page.goBack();
    await figures().waitFor();
  });

  it('keeps range, tenant, comparison and breakdown in the address', async () => {
    await page.getByRole('combobox', { name: 'Tenant' }).selectOption({ label: 'Beta Labs' });
    await page.getByRole('link', { name: /^1\b.*Requests, show the requests/ }).waitFor();
    await page.getByRole('navigation', { name: 'Break down by' }).getByRole('link', { name: 'User' }).click();
    await page.getByRole('link', { name: 'No user named' }).waitFor();
    await page.getByLabel('Compare').check();
    await page.waitForURL(/compare=1/);
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: 'Last 7 days' }).click();
    await page.waitForURL(/range=7d/);
    await expect.poll(() => page.url()).toMatch(/tenant=.*by=user/);
    await page.getByText('Cost before').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'No user named' }).waitFor();
    expect(await page.getByLabel('Compare').isChecked()).toBe(true);
    await page.goBack();
    await page.waitForURL((address) => !address.search.includes('range='));
  });

  it('takes a typed range, refuses nonsense beside the field, and takes two moments', async () => {
    await page.goto('/');
    await page.getByRole('button', { name: /^Time range/ }).click();
    const field = page.getByLabel('Or how far back');
    await field.fill('three moons');
    await field.press('Enter');
    await page.getByText('Say it like').waitFor();
    await page.getByRole('button', { name: 'Show this range' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await field.fill('last 3 h');
    await field.press('Enter');
    await page.waitForURL(/range=3h/);
    await page.getByRole('button', { name: 'Time range: Last 3 hours' }).click();
    await page.getByRole('button', { name: 'Show this range' }).click();
    await page.waitForURL(/from=.*to=/);
  });

  it('draws a chart in the colours of the theme, tells what is under the pointer and leads there', async () => {
    await page.goto('/');
    const plot = charts().filter({ hasText: 'requests per hour' }).locator('div[role=img]');
    await plot.locator('canvas').waitFor();
    await page.mouse.move(0, 0);
    const picture = (empty = false): Promise<unknown> =>
      page.evaluate(`(() => {
        const drawn = document.querySelectorAll('figure canvas')[1];
        const blank = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height });
        return (${empty} ? blank : drawn).toDataURL();
      })()`);
    await expect.poll(async () => (await picture()) !== (await picture(true))).toBe(true);
    const light = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(async () => (await picture()) !== light).toBe(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => picture()).toBe(light);
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the chart is nowhere');
    await page.mouse.move(box.x + box.width - 24, box.y + 60);
    await plot.getByText('not over yet').waitFor();
    expect(await plot.textContent()).toMatch(/Answered\s*\d+.*Failed\s*1.*Total/s);
    await page.mouse.click(box.x + box.width - 24, box.y + 60);
    await page.waitForURL(/\/requests\?from=.*&to=/);
  });

  it('zooms into what is dragged over', async () => {
    await page.goto('/');
    const chart = charts().first();
    const plot = chart.locator('div[role=img]');
    await plot.locator('canvas').waitFor();
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the chart is nowhere');
    await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 110, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=.*to=/);
    await page.getByRole('heading', { name: 'No requests in this time' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show the last 30 days' }).click();
    await charts().first().waitFor();
  });

  it('counts what happens at this moment', async () => {
    await page.goto('/');
    const count = page.getByText(/in the last minute/);
    await count.waitFor();
    await askModel(stage.url, ready.apiKey, 'sim-fast');
    await until(async () => /^[1-9]/.test((await count.textContent())?.trim() ?? ''));
    expect(await count.textContent()).toMatch(/requests? in the last minute/);
  });

  it('keeps the old figures when the server fails, says so and tries again', async () => {
    await page.goto('/');
    await figures().waitFor();
    let broken = true;
    await page.route('**/graphql', async (route) => {
      if (broken && (route.request().postData() ?? '').includes('query Overview('))
        await route.fulfill({
          json: { errors: [{ message: 'The database is away.', extensions: { code: 'internal' } }] },
        });
      else await route.continue();
    });
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'The database is away.' }).waitFor();
    expect(await figures().count()).toBe(1);
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.unroute('**/graphql');
  });

  it('shows a tenant’s viewer its own figures, and nothing that would be refused', async () => {
    const who = { username: 'vera', password: 'a good long password' };
    await ready.rest('POST', '/admin/users', { ...who, role: 'tenant-viewer', tenantIds: [ready.tenantId] });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, who);
    await other.page.goto('/');
    const nav = other.page.getByRole('navigation', { name: 'Break down by' });
    await nav.getByRole('link', { name: 'User' }).waitFor();
    expect(await nav.getByRole('link').allTextContents()).toEqual(['Model', 'Provider', 'Category', 'User']);
    expect(await other.page.getByRole('combobox', { name: 'Tenant' }).count()).toBe(0);
    expect(await other.page.getByRole('link', { name: 'sim-cache' }).count()).toBe(0);
    await other.page.getByText(/in the last (\d+ s|minute)/).waitFor();
    expect(await violations(other.page)).toEqual([]);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('gives a chart away as a file', async () => {
    await page.goto('/');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download cost as CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('cost.csv');
    const text = readFileSync(await file.path(), 'utf8');
    expect(text.split('\r\n')[0]).toBe('from,to,Cost');
    expect(text.split('\r\n')).toHaveLength(27);
  });

  it('has no violation in either theme, and fits a phone and a wide screen', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto('/');
      await charts().nth(4).waitFor();
      await page.getByRole('table').first().waitFor();
      expect([colorScheme, await violations(page)]).toEqual([colorScheme, []]);
    }
    for (const width of [390, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto('/');
      await charts().nth(4).waitFor();
      expect([width, await overflow(page)]).toEqual([width, 0]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('can be read while newer figures are on their way', async () => {
    await page.goto('/');
    await charts().nth(4).waitFor();
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/graphql', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    const dimmed = page.locator('.dimmed').first();
    await expect.poll(() => dimmed.evaluate((one) => getComputedStyle(one).filter)).toBe('grayscale(1)');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await violations(page)]).toEqual([colorScheme, []]);
    }
    expect(await dimmed.count()).toBe(1);
    answer();
    await expect.poll(() => dimmed.count()).toBe(0);
    await page.unroute('**/graphql');
  });

  it('never made the browser complain', () => {
    const expected = /Failed to load resource/;
    expect(tab.complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});
