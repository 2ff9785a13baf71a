import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, answered, chat, createUser, packedSize, until } from './outside.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped, as a person would. */
describe.skipIf(!hasBrowser())('the console, from an empty database to a priced request', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let apiKey = '';

  beforeAll(async () => {
    stage = await openStage();
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('leads a newcomer to the creation of the administrator and puts errors beside their field', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Create the administrator' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('User name').fill(ADMIN.username);
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    const password = page.getByLabel('Password', { exact: true });
    await page.locator('input[name=password][aria-invalid=true]').waitFor();
    const described = await password.getAttribute('aria-describedby');
    expect(described).toContain('problem');
  });

  it('creates the administrator, leaves the setup and shows what comes next', async () => {
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Connect a provider' }).waitFor();
    await page.getByRole('button', { name: 'Leave the setup' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('link', { name: 'Add provider' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('adds the simulator, checks the connection step by step and discovers its models', async () => {
    await page.getByRole('link', { name: 'Add provider' }).click();
    await page.getByRole('link', { name: 'Simulator' }).click();
    await page.getByRole('button', { name: 'Add provider' }).click();
    await page.getByRole('heading', { name: 'Connection' }).waitFor();
    await page.getByRole('button', { name: 'Check connection' }).click();
    const steps = page.getByRole('list', { name: 'Steps of the check' }).getByRole('listitem');
    await steps.first().waitFor();
    expect(await steps.count()).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Discover models' }).click();
    await page.getByText(/Found \d+ models/).waitFor();
    await page.getByRole('cell', { name: 'sim-fast', exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('creates a tenant and shows its key once, with a curl line', async () => {
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Create tenant' }).first().click();
    await page.getByLabel('Name').fill('Acme Search');
    expect(await page.getByLabel('Slug').inputValue()).toBe('acme-search');
    await page.getByRole('button', { name: 'Create tenant' }).click();
    await page.getByRole('heading', { name: 'The key of Acme Search' }).waitFor();
    apiKey = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
    expect(apiKey).toMatch(/^omp-[0-9a-f]{64}$/);
    expect(await page.getByRole('group', { name: 'curl command' }).textContent()).toContain(apiKey);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Copy the API key' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(apiKey);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'I have stored the key' }).click();
    await page.getByRole('heading', { name: 'Acme Search' }).waitFor();
    expect(await page.content()).not.toContain(apiKey);
    expect(await violations(page)).toEqual([]);
  });

  it('shows the request that the key sends, with its cost and its details', async () => {
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('heading', { name: 'No request yet' }).waitFor();
    expect(await answered(() => chat(stage.url, apiKey))).toBe(200);
    await until(async () => {
      await page
        .getByRole('button', { name: 'Refresh' })
        .or(page.getByRole('heading', { name: 'No request yet' }))
        .first()
        .waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
      await page
        .getByRole('row')
        .or(page.getByRole('heading', { name: 'No request yet' }))
        .first()
        .waitFor();
      return (await page.getByRole('cell', { name: 'sim-fast' }).count()) > 0;
    });
    const row = page.getByRole('row').filter({ hasText: 'Acme Search' }).first();
    expect(await row.textContent()).toMatch(/Success.*\$0\.\d+/s);
    await row.getByRole('link').click();
    await page.getByRole('dialog', { name: 'Request' }).waitFor();
    expect(page.url()).toContain('row=');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('row=');
  });

  it('keeps filters in the address and offers to clear those that match nothing', async () => {
    await page.getByLabel('Status').selectOption('ERROR');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(page.url()).toContain('status=ERROR');
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByRole('cell', { name: 'sim-fast' }).first().waitFor();
  });

  it('disables a key, which stops it at once, and enables it again', async () => {
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('link', { name: 'Acme Search' }).click();
    await page.getByRole('link', { name: /^Keys/ }).click();
    await page.getByRole('button', { name: 'Disable primary' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    await until(async () => (await chat(stage.url, apiKey)) === 401);
    expect(await page.getByText('Enabled', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Enable primary' }).click();
    await page.getByText('Enabled', { exact: true }).waitFor();
    await until(async () => (await chat(stage.url, apiKey)) === 200);
  });

  it('limits the tenant to a list of models', async () => {
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    await page.getByLabel('Only those listed').check();
    await page.getByRole('combobox', { name: 'Models that it may use' }).fill('sim-mini');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await until(async () => (await chat(stage.url, apiKey)) === 403);
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'detached' });
    await page.getByLabel('All models').check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await until(async () => (await chat(stage.url, apiKey)) === 200);
  });

  it('rotates the key only when the name is typed; the old one stops', async () => {
    await page.getByRole('link', { name: /^Keys/ }).click();
    await page.getByRole('button', { name: 'More for primary' }).click();
    await page.getByRole('menuitem', { name: 'Rotate…' }).click();
    const confirm = page.getByRole('button', { name: 'Rotate key' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type “acme-search” to confirm').fill('acme-search');
    await confirm.click();
    await page.getByRole('group', { name: 'API key' }).waitFor();
    const next = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
    expect(next).not.toBe(apiKey);
    await page.getByRole('button', { name: 'I have stored the key' }).click();
    await until(async () => (await chat(stage.url, apiKey)) === 401);
    apiKey = next;
    await until(async () => (await chat(stage.url, apiKey)) === 200);
  });

  it('shows real figures on the overview, which lead to the log', async () => {
    await page.goto('/');
    const requests = page.getByRole('region', { name: 'Usage' }).getByRole('link', { name: /^Requests/ });
    await requests.waitFor();
    expect(await requests.textContent()).toMatch(/Requests\s*[1-9]/);
    expect(await violations(page)).toEqual([]);
    await requests.click();
    await page.getByRole('cell', { name: 'sim-fast' }).first().waitFor();
    expect(await page.getByLabel('Time', { exact: true }).inputValue()).toBe('7d');
  });

  it('signs out, refuses a wrong password and returns to the page that was asked for', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('/tenants');
    await page.getByText('Sign in to go on where you were.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('User name').fill(ADMIN.username);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Tenants' }).waitFor();
  });

  it('fits a phone: nothing sticks out, the menu opens and leads', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [
      '/',
      '/requests',
      '/providers',
      '/providers/new?type=simulator',
      '/tenants',
      '/tenants/new',
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      expect(`${path} ${await overflow(page)}`).toBe(`${path} 0`);
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Providers', exact: true }).click();
    await page.getByRole('heading', { name: 'Providers' }).waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('has the contrasts in the other theme too, chosen with the toggle', async () => {
    await page.goto('/');
    await page.getByRole('region', { name: 'Usage' }).waitFor();
    await page.getByRole('button', { name: 'System theme' }).click();
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.getByRole('button', { name: 'Dark theme' }).waitFor();
    for (const path of ['/', '/requests', '/providers', '/tenants']) {
      await page.goto(path);
      await page.getByRole('table').first().waitFor();
      expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
      expect(await violations(page)).toEqual([]);
    }
  });

  it('is used by keyboard: the first tab stop skips to the content', async () => {
    await page.goto('/tenants');
    await page.getByRole('heading', { name: 'Tenants' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('content');
  });

  it('shows to a role what it may do, and nothing else', async () => {
    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    const other = await openTab(browser, stage.url);
    await other.page.goto('/login');
    await other.page.getByLabel('User name').fill('ledger');
    await other.page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('region', { name: 'Usage' }).waitFor();
    const links = other.page.getByRole('navigation', { name: 'Console' }).getByRole('link');
    expect(await links.allTextContents()).toEqual([
      'Overview',
      'Requests',
      'My tenant',
      'API',
      'Access tokens',
    ]);
    await other.page.goto('/providers');
    await other.page.getByRole('alert').waitFor();
    expect(await other.page.getByRole('link', { name: 'Add provider' }).count()).toBe(0);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('loads at most 200 KB of script before the first page works, packed with gzip', async () => {
    const other = await openTab(browser, stage.url);
    const scripts: string[] = [];
    other.page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.endsWith('.js')) scripts.push(pathname);
    });
    await other.page.goto('/login');
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.page.getByLabel('User name').fill(ADMIN.username);
    await other.page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('region', { name: 'Usage' }).waitFor();
    expect(scripts.length).toBeGreaterThan(5);
    expect(packedSize(new Set(scripts))).toBeLessThan(200 * 1024);
    await other.page.context().close();
  });

  it('deletes the provider by name', async () => {
    await page.goto('/providers');
    await page.getByRole('link', { name: 'Simulator' }).click();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByLabel('Type “Simulator” to confirm').fill('Simulator');
    await page.getByRole('button', { name: 'Delete provider' }).click();
    await page.getByRole('heading', { name: 'No provider yet' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/providers');
  });

  it('says so where there is no page', async () => {
    await page.goto('/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await page.getByRole('link', { name: 'Go to the overview' }).getAttribute('href')).toBe('/');
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
