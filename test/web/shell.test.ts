import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, answered, chat, createUser, until } from './outside.ts';
import { setUp, signIn, typeCredentials, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

const LEDGER = { username: 'ledger', password: ADMIN.password, role: 'FINOPS' };

describe.skipIf(!hasBrowser())('the frame of the console', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    await createUser(stage.url, LEDGER);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const main = (name: string, of = page) =>
    of.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const path = () => new URL(page.url()).pathname;
  const dialog = (name: string) => page.getByRole('dialog', { name });
  const focused = (): Promise<unknown> => page.evaluate('document.activeElement?.textContent');

  /** Ends every session of the administrator but the one that does so. */
  async function revoke(): Promise<void> {
    const response = await fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
      body: JSON.stringify({ query: 'mutation { revokeSessions { __typename } }' }),
    });
    expect(await response.text()).toContain('SessionsRevoked');
  }

  /** Of a request that was answered. */
  async function requestId(): Promise<string> {
    expect(await answered(() => chat(stage.url, ready.apiKey))).toBe(200);
    const response = await fetch(`${stage.url}/v1/models`, {
      headers: { authorization: `Bearer ${ready.apiKey}` },
    });
    await response.arrayBuffer();
    return response.headers.get('x-request-id') ?? '';
  }

  beforeEach(async () => {
    await signIn(page, stage.url);
  });

  describe('the palette', () => {
    it('opens with Ctrl-K, also while one types, and leads to a page', async () => {
      await page.goto('/tenants/new');
      await page.getByLabel('Name').fill('kept');
      await page.keyboard.press('Control+k');
      await dialog('Search, and do').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.type('audit');
      await page.keyboard.press('Enter');
      await main('Audit log');
      expect(path()).toBe('/audit');
    });

    it('gives the focus back when it is closed', async () => {
      await page.goto('/tenants');
      const search = page.getByRole('button', { name: /^Search/ });
      await search.click();
      await dialog('Search, and do').waitFor();
      await page.keyboard.press('Escape');
      await dialog('Search, and do').waitFor({ state: 'detached' });
      expect(await search.evaluate((it) => it.ownerDocument.activeElement === it)).toBe(true);
    });

    it('finds tenants, models and providers by their names', async () => {
      const options = dialog('Search, and do').getByRole('option');
      for (const [typed, wanted] of [
        ['acme', 'Acme'],
        ['sim-fa', 'sim-fast'],
        ['simul', 'Simulator'],
        [ready.apiKey.slice(0, 8), 'Acme'],
      ] as const) {
        await page.goto('/audit');
        await main('Audit log');
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search, and do' }).fill(typed);
        await options.filter({ hasText: wanted }).first().waitFor();
      }
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/tenants/${ready.tenantId}/keys`);
      expect(path()).toBe(`/tenants/${ready.tenantId}/keys`);
    });

    it('opens a request by its id, and says so when nothing is found', async () => {
      const id = await requestId();
      await page.goto('/audit');
      await main('Audit log');
      await page.keyboard.press('Control+k');
      const search = page.getByRole('combobox', { name: 'Search, and do' });
      await search.fill('zzzzzz');
      await page.getByText('Nothing is called “zzzzzz”.').waitFor();
      await search.fill(id);
      await page.getByRole('option', { name: 'Open this request' }).waitFor();
      await page.keyboard.press('Enter');
      await main('Requests');
      await expect.poll(() => new URL(page.url()).searchParams.get('row')).toBe(id);
    });

    it('does things: a provider is switched off, and back on by undoing it', async () => {
      await page.goto('/audit');
      await main('Audit log');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search, and do' }).fill('switch off sim');
      await page.getByRole('option', { name: 'Switch off Simulator' }).waitFor();
      await page.keyboard.press('Enter');
      const news = page.getByRole('region', { name: 'News' });
      await news.getByText('Simulator is switched off.').waitFor();
      expect(await violations(page)).toEqual([]);
      await news.getByRole('button', { name: 'Undo' }).click();
      await news.getByText('Simulator is switched on.').waitFor();
    });

    it('offers to a role what it may do, and nothing else', async () => {
      const other = await openTab(browser, stage.url);
      await signIn(other.page, stage.url, LEDGER);
      await other.page.goto('/');
      await main('Overview', other.page);
      await other.page.keyboard.press('Control+k');
      const options = other.page.getByRole('dialog').getByRole('option');
      await options.first().waitFor();
      const names = await options.allTextContents();
      expect(names.some((name) => name.startsWith('Overview'))).toBe(true);
      expect(names.join(' ')).not.toMatch(/Providers|Users|Add a provider|Switch/);
      // Who looks after the money of all tenants has none of their own.
      expect(names.join(' ')).not.toContain('My tenant');
      const menu = other.page.getByRole('navigation', { name: 'Console', includeHidden: true });
      await expect
        .poll(() => menu.getByRole('link', { includeHidden: true }).allTextContents())
        .toEqual(['Overview', 'Requests', 'API', 'Access tokens']);
      expect(other.complaints).toEqual([]);
      await other.page.context().close();
    });
  });

  describe('shortcuts', () => {
    it('go to pages, and rest while one types', async () => {
      await page.goto('/audit');
      await main('Audit log');
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await main('Tenants');
      await page.goto('/tenants/new');
      await page.getByLabel('Name').click();
      await page.keyboard.type('gt?');
      await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('gt?');
      expect(path()).toBe('/tenants/new');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });

    it('are listed by ?, and rest under an open dialog', async () => {
      await page.goto('/audit');
      await main('Audit log');
      await page.keyboard.press('?');
      await dialog('Keyboard shortcuts').waitFor();
      await dialog('Keyboard shortcuts').getByText('Show the shortcuts').waitFor();
      expect(await dialog('Keyboard shortcuts').textContent()).toContain('Requests');
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.keyboard.press('Escape');
      await dialog('Keyboard shortcuts').waitFor({ state: 'detached' });
      expect(path()).toBe('/audit');
    });
  });

  describe('a session that ends while a page is open', () => {
    it('is begun again over the page: what was typed stays, and what was asked happens', async () => {
      await page.goto('/tenants/new');
      await page.getByLabel('Name').fill('Patient Team');
      await revoke();
      await page.getByRole('button', { name: 'Create tenant' }).click();
      await dialog('Sign in again').waitFor();
      expect(await dialog('Sign in again').getByLabel('User name').inputValue()).toBe(ADMIN.username);
      expect(await violations(page)).toEqual([]);
      // Whoever comes back types at once.
      await until(
        async () => (await page.evaluate('document.activeElement?.getAttribute("name")')) === 'password',
      );
      await page.keyboard.type('not the password');
      await page.keyboard.press('Enter');
      await dialog('Sign in again').getByRole('alert').waitFor();
      await dialog('Sign in again').getByLabel('Password', { exact: true }).fill(ADMIN.password);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'The key of Patient Team' }).waitFor();
      expect(path()).toBe('/tenants/new');
      await page.getByRole('button', { name: 'I have stored the key' }).click();
    });

    it('as somebody else loads the page anew', async () => {
      await page.goto('/tenants/new');
      await page.getByLabel('Name').fill('Not yours');
      await revoke();
      await page.getByRole('button', { name: 'Create tenant' }).click();
      await dialog('Sign in again').waitFor();
      await dialog('Sign in again').getByLabel('User name').fill(LEDGER.username);
      await page.getByText('Signing in as somebody else loads the page anew').waitFor();
      await dialog('Sign in again').getByLabel('Password', { exact: true }).fill(LEDGER.password);
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
      await page.getByText('Signed in as ledger').waitFor();
      expect(await page.content()).not.toContain('Not yours');
    });

    it('is begun in another tab, and this one goes on, too', async () => {
      await page.goto('/tenants/new');
      await page.getByLabel('Name').fill('Two Tabs');
      await revoke();
      await page.getByRole('button', { name: 'Create tenant' }).click();
      await dialog('Sign in again').waitFor();
      const other = await page.context().newPage();
      await other.goto('/tenants');
      await other.getByText('Sign in to go on where you were.').waitFor();
      await typeCredentials(other);
      await main('Tenants', other);
      await page.getByRole('heading', { name: 'The key of Two Tabs' }).waitFor();
      await page.getByRole('button', { name: 'I have stored the key' }).click();
      expect(new URL(other.url()).pathname).toBe('/tenants');
      await other.close();
    });
  });

  describe('signing out', () => {
    it('takes the cookie and the other tabs along', async () => {
      await page.goto('/tenants');
      await main('Tenants');
      const other = await page.context().newPage();
      await other.goto('/audit');
      await main('Audit log', other);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await main('Sign in');
      await main('Sign in', other);
      expect(new URL(other.url()).searchParams.get('next')).toBe('/audit');
      expect(await page.context().cookies(`${stage.url}/graphql`)).toEqual([]);
      await other.close();
      await page.goBack();
      await main('Sign in');
    });

    it('is not needed to come back: a new tab and a reload know who is there', async () => {
      await page.goto('/tenants');
      await main('Tenants');
      await page.reload();
      await main('Tenants');
      const other = await page.context().newPage();
      await other.goto('/login');
      await other.getByText(`Signed in as ${ADMIN.username}`).waitFor();
      expect(await other.getByLabel('Password', { exact: true }).count()).toBe(0);
      await other.close();
    });
  });

  describe('changes that are not saved', () => {
    const form = async (): Promise<void> => {
      await page.goto('/providers');
      await main('Providers');
      await page.getByRole('link', { name: 'Add provider' }).first().click();
      await page.getByRole('link', { name: /^Simulator/ }).click();
      await page.getByLabel('Name').fill('Half done');
    };
    const toTenants = () =>
      page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();

    it('hold whoever leaves, by a link, by a shortcut and by going back', async () => {
      await form();
      await toTenants();
      await dialog('Leave without saving?').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Stay on the page' }).click();
      await dialog('Leave without saving?').waitFor({ state: 'detached' });
      expect(path()).toBe('/providers/new');
      expect(await page.getByLabel('Name').inputValue()).toBe('Half done');
      await page.goBack();
      await dialog('Leave without saving?').waitFor();
      await page.keyboard.press('Escape');
      expect(path()).toBe('/providers/new');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await dialog('Leave without saving?').waitFor();
      await page.getByRole('button', { name: 'Stay on the page' }).click();
      await toTenants();
      await page.getByRole('button', { name: 'Leave without saving' }).click();
      await main('Tenants');
    });

    it('are gone with going back, when one wants it so', async () => {
      await form();
      await page.goBack();
      await page.getByRole('button', { name: 'Leave without saving' }).click();
      await main('Providers');
      expect(path()).toBe('/providers');
    });

    it('hold nobody once they are saved or taken back', async () => {
      await form();
      await page.getByLabel('Name').fill('Simulator');
      await toTenants();
      await main('Tenants');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });
  });

  describe('everybody', () => {
    it('hears the heading of a page that opens, and sees its title', async () => {
      await page.goto('/tenants');
      await main('Tenants');
      await expect.poll(() => page.title()).toBe('Tenants · Open Model Prism');
      await page
        .getByRole('navigation', { name: 'Console' })
        .getByRole('link', { name: 'Providers' })
        .click();
      await main('Providers');
      await until(async () => (await focused()) === 'Providers');
      expect(await page.title()).toBe('Providers · Open Model Prism');
    });

    it('can skip to the content with the first tab stop', async () => {
      await page.goto('/tenants');
      await main('Tenants');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('content');
    });

    it('uses the menu of a narrow screen by keyboard', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto('/tenants');
      await main('Tenants');
      expect(await overflow(page)).toBe(0);
      const menu = page.getByRole('button', { name: 'Menu' });
      await menu.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Providers', exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Escape');
      await expect.poll(() => menu.evaluate((it) => it.ownerDocument.activeElement === it)).toBe(true);
      await page.keyboard.press('Control+k');
      await dialog('Search, and do').waitFor();
      expect(await overflow(page)).toBe(0);
      await page.keyboard.press('Escape');
      await page.setViewportSize({ width: 1440, height: 900 });
    });

    it('chooses a theme, which stays', async () => {
      await page.goto('/tenants');
      await page.getByRole('button', { name: 'System theme' }).click();
      await page.getByRole('button', { name: 'Light theme' }).click();
      await page.getByRole('button', { name: 'Dark theme' }).waitFor();
      await page.reload();
      await main('Tenants');
      await expect
        .poll(() => page.evaluate('getComputedStyle(document.documentElement).colorScheme'))
        .toBe('dark');
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('option').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.type('system theme');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'System theme' }).waitFor();
    });
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
