import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { LONG } from './looks.ts';
import { ADMIN, answered, chat, until } from './outside.ts';
import { setUp, signIn, typeCredentials, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** What each role finds in the menu: all that it may use, and nothing else. */
const MENUS = {
  // prettier-ignore
  maintainer: ['Overview', 'Requests', 'My tenant', 'Providers', 'Models', 'Routing', 'Categories', 'Playground', 'Tenants', 'API', 'Access tokens'],
  finops: ['Overview', 'Requests', 'API', 'Access tokens'],
  'tenant-admin': ['Overview', 'Requests', 'My tenant', 'API', 'Access tokens'],
  'tenant-viewer': ['Overview', 'Requests', 'My tenant', 'API', 'Access tokens'],
} as const;

const PAGES = {
  '/': 'Overview',
  '/requests': 'Requests',
  '/my-tenant': null,
  '/providers': 'Providers',
  '/providers/new?type=openai': 'Add a provider',
  '/models': 'Models',
  '/routing': 'Routing',
  '/categories': 'Categories',
  '/playground': 'Playground',
  '/tenants': 'Tenants',
  '/tenants/new': 'Create a tenant',
  '/users': 'Users',
  '/directory': 'Directory',
  '/audit': 'Audit log',
  '/system': 'System',
  '/explorer': null,
  '/tokens': 'Access tokens',
} as const;

/** A page is opened in the first of these, and then changes into the others as a window does. */
const SHAPES = [
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'light', width: 1920 },
] as const;

/** Nothing is on its way any more, and nothing is dimmed meanwhile. */
async function settled({ page, quiet }: Tab): Promise<void> {
  await quiet();
  await until(async () => (await page.locator('.dimmed, .skeleton').count()) === 0);
}

/** What holds for all pages; each has a test of its own beside this one for what it does. */
describe.skipIf(!hasBrowser())('the console as a whole', LONG, () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    expect(await answered(() => chat(stage.url, ready.apiKey))).toBe(200);
    for (const role of Object.keys(MENUS)) {
      const tenantIds = role.startsWith('tenant') ? [ready.tenantId] : [];
      await ready.rest('POST', '/admin/users', {
        username: role,
        password: ADMIN.password,
        role,
        tenantIds,
      });
    }
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('asks who one is, refuses a wrong password and returns to the page that was asked for', async () => {
    const { page, complaints } = await openTab(browser, stage.url);
    await page.goto('/tenants');
    await page.getByText('Sign in to go on where you were.').waitFor();
    expect(await violations(page)).toEqual([]);
    await typeCredentials(page, { ...ADMIN, password: 'not the password' });
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('User name').inputValue()).toBe(ADMIN.username);
    await typeCredentials(page);
    await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(Object.entries(MENUS))(
    'offers to a %s what it may use, and all of that opens',
    async (role, menu) => {
      const tab = await openTab(browser, stage.url);
      const { page, complaints } = tab;
      await signIn(page, stage.url, { username: role, password: ADMIN.password });
      await page.goto('/');
      const links = page.getByRole('navigation', { name: 'Console' }).getByRole('link');
      await links.first().waitFor();
      await expect.poll(() => links.allTextContents()).toEqual(menu);
      for (const name of menu) {
        await links.filter({ hasText: name }).click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settled(tab);
        // Nothing was asked for that is refused.
        expect([name, await page.getByRole('alert').allTextContents()]).toEqual([name, []]);
        expect([name, await violations(page)]).toEqual([name, []]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('has no fault on any page: light and dark, 390, 1440 and 1920 pixels wide', async () => {
    const tab = await openTab(browser, stage.url);
    const { page, complaints } = tab;
    await signIn(page, stage.url);
    for (const [path, title] of Object.entries(PAGES)) {
      for (const [index, { colorScheme, width }] of SHAPES.entries()) {
        const where = `${path} ${colorScheme} ${width}`;
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        if (index === 0) await page.goto(path);
        await page.getByRole('heading', { level: 1, ...(title === null ? {} : { name: title }) }).waitFor();
        await settled(tab);
        expect([where, await overflow(page)]).toEqual([where, 0]);
        expect([where, await violations(page)]).toEqual([where, []]);
      }
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says so where there is no page', async () => {
    const { page, complaints } = await openTab(browser, stage.url);
    await signIn(page, stage.url);
    await page.goto('/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await page.getByRole('link', { name: 'Go to the overview' }).getAttribute('href')).toBe('/');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
