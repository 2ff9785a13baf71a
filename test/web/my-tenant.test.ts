import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN, chat, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

describe.skipIf(!hasBrowser())('my tenant', () => {
  let stage: Stage;
  let browser: Browser;
  let ready: Ready;
  let second: string;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    const created = await ready.rest('POST', '/admin/tenants', {
      slug: 'beta',
      name: 'Beta',
      providerIds: [ready.providerId],
    });
    second = String(created.id);
    browser = await launch();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  /** Somebody of these tenants, signed in. */
  async function as(username: string, role: string, tenants: readonly string[]): Promise<Tab> {
    await ready.rest('POST', '/admin/users', { username, password: ADMIN.password, role, tenants });
    const tab = await openTab(browser, stage.url);
    await signIn(tab.page, stage.url, { username, password: ADMIN.password });
    return tab;
  }

  it('lets a tenant’s admin use it, see its use and narrow its models', async () => {
    const { page, complaints } = await as('ada', 'tenant-admin', [ready.tenantId]);
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    expect(await page.getByRole('group', { name: 'Base URL' }).textContent()).toBe(
      `${stage.url}/api/acme/v1`,
    );
    await page.getByRole('group', { name: 'curl' }).waitFor();
    await page.getByText('Whole month, an estimate').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Only those listed').check();
    await page.getByRole('combobox', { name: 'Models that may be used' }).fill('sim-mini');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'sim-mini' }).getByText('it is listed').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 403);
    // Nothing that would be refused is offered.
    expect(await page.getByRole('region', { name: 'Keys' }).count()).toBe(0);
    expect(await page.getByLabel('Tenant').count()).toBe(0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows a viewer what may be seen, and asks for nothing that would be refused', async () => {
    const { page, complaints } = await as('vera', 'tenant-viewer', [ready.tenantId]);
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'My tenant' }).click();
    await page.getByText('Whole month, an estimate').waitFor();
    expect(await page.getByRole('group', { name: 'Base URL' }).textContent()).toBe(
      `${stage.url}/api/acme/v1`,
    );
    for (const name of ['Snippets', 'Models', 'Keys'])
      expect(await page.getByRole('region', { name, exact: true }).count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('offers a choice to whoever has several, and keeps it in the address', async () => {
    const { page, complaints } = await as('bo', 'tenant-admin', [ready.tenantId, second]);
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    await page.getByLabel('Tenant').selectOption('Beta');
    await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
    await expect.poll(() => page.url()).toContain(`tenant=${second}`);
    await page.reload();
    await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    // By its address alone it begins with the one that was chosen last.
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('begins with a tenant that works, as the playground does, until one chooses', async () => {
    const { page, complaints } = await openTab(browser, stage.url);
    await signIn(page, stage.url);
    // By name both come before the one that can be asked.
    await ready.rest('POST', '/admin/tenants', { slug: 'aaa-bare', name: 'Aaa bare' });
    await ready.rest('POST', '/admin/tenants', {
      slug: 'aab-off',
      name: 'Aab off',
      active: false,
      providerIds: [ready.providerId],
    });
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, {
      modelConfig: { mode: 'whitelist', list: [] },
    });
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
    await page.goto('/playground');
    await page.waitForURL(new RegExp(`tenant=${second}`));
    await page.getByLabel('As', { exact: true }).selectOption('Acme');
    await page.waitForURL(new RegExp(`tenant=${ready.tenantId}`));
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, { modelConfig: { mode: 'all', list: [] } });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says so to whoever has none', async () => {
    const { page } = await as('nora', 'tenant-viewer', []);
    await page.goto('/my-tenant');
    await page.getByRole('heading', { name: 'You belong to no tenant yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it('shows an operator the keys, too, on a phone as well', async () => {
    const { page, complaints } = await openTab(browser, stage.url, { viewport: { width: 390, height: 844 } });
    await signIn(page, stage.url);
    await page.goto(`/my-tenant?tenant=${ready.tenantId}`);
    await page.getByRole('cell', { name: 'primary' }).waitFor();
    await page.getByText('simulator/sim-mini').waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('has the contrasts in the dark, too', async () => {
    const { page, complaints } = await openTab(browser, stage.url, { colorScheme: 'dark' });
    await signIn(page, stage.url, { username: 'bo', password: ADMIN.password });
    await page.goto('/my-tenant');
    await page.getByRole('group', { name: 'curl' }).waitFor();
    await page.getByText('simulator/sim-mini').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
