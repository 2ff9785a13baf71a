import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, type Tab } from './browser.ts';
import { LONG } from './looks.ts';
import { answered } from './outside.ts';
import { setUp, signIn } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { askModel, counted } from './traffic.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
const DESK = { viewport: { width: 1440, height: 900 } } as const;
/** One word, as wide as a name may be. */
const NAME = 'Thequickbrownfox'.repeat(7).slice(0, 100);

/**
 * What a finger has to hit and is lower than 44 px, once each. Words within a sentence are as high as its lines, and a
 * box is as large as its label.
 */
const LOW = `[...new Set([...document.querySelectorAll('a[href], button, input, select, textarea, summary')].flatMap((one) => {
  const label = ['checkbox', 'radio'].includes(one.type) ? one.closest('label') : null;
  const { width, height } = (label ?? one).getBoundingClientRect();
  const around = getComputedStyle(one, '::after');
  const reach = around.position === 'absolute' ? parseFloat(around.height) : 0;
  const said = one.textContent.trim();
  const inSentence = getComputedStyle(one).display === 'inline' && one.parentElement.textContent.trim().length > said.length + 3;
  const hidden = width < 2 || height < 2 || one.closest('.visually-hidden') !== null || !one.checkVisibility({ visibilityProperty: true });
  if (hidden || inSentence || one.tabIndex < 0 || Math.max(height, reach) >= 43.5) return [];
  return [one.tagName.toLowerCase() + ' ' + (one.getAttribute('aria-label') ?? said) + ': ' + height];
}))]`;

/** Tables whose columns do not fit beside each other. */
const PUSHED = `[...document.querySelectorAll('.table-box')].filter((box) => box.scrollWidth > box.clientWidth + 1).length`;

/** Menus of rows that one has to scroll sideways for. */
const FAR = `[...document.querySelectorAll('button[aria-label^="Actions for"]')].flatMap((menu) => {
  const { left, right } = menu.getBoundingClientRect();
  return left >= 0 && right <= innerWidth ? [] : [menu.getAttribute('aria-label')];
})`;

describe.skipIf(!hasBrowser())('long names and small screens', LONG, () => {
  let stage: Stage;
  let browser: Browser;
  let ruleSetId = '';
  let userId = '';
  let tenant = '';
  let provider = '';

  beforeAll(async () => {
    stage = await openStage();
    browser = await launch();
    const { rest, tenantId, token, apiKey } = await setUp(stage.url, { slug: 'acme', name: NAME });
    expect(await answered(() => askModel(stage.url, apiKey, 'sim-fast'))).toBe(200);
    await counted(stage.url, token, 1);
    const upstream = await rest('POST', '/admin/providers', { name: NAME, type: 'simulator' });
    [tenant, provider] = [`/tenants/${tenantId}`, `/providers/${upstream.id}`];
    const made = await fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query:
          'mutation ($id: ID!, $input: CreateModelInput!) { createModel(providerId: $id, input: $input) { __typename } }',
        variables: { id: upstream.id, input: { modelId: NAME, name: NAME, inputPer1M: 123_456.789 } },
      }),
    });
    expect(await made.text()).toContain('"ProviderModel"');
    await rest('POST', '/admin/categories', { key: 'own_kind', name: NAME, tier: 'high' });
    const rules = [{ name: NAME, keywords: [NAME.slice(0, 60)], effects: { tierMin: 'high' } }];
    const set = await rest('POST', '/admin/routing/rule-sets', {
      name: NAME,
      tenantId,
      definition: { rules },
    });
    ruleSetId = String(set.id);
    const user = await rest('POST', '/admin/users', {
      username: NAME.toLowerCase(),
      password: 'correct horse battery',
      role: 'tenant-viewer',
      tenantIds: [tenantId],
    });
    userId = String(user.id);
    const expiresAt = new Date(Date.now() + 86_400_000 * 30).toISOString();
    await rest('POST', '/admin/access-tokens', { name: NAME, scopes: ['admin:read'], expiresAt });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function signedIn(how: BrowserContextOptions): Promise<Tab> {
    const tab = await openTab(browser, stage.url, how);
    await signIn(tab.page, stage.url);
    return tab;
  }

  async function open({ page, quiet }: Tab, path: string): Promise<void> {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await quiet();
  }

  const LISTS: readonly (readonly [path: string, ready: (page: Page) => Promise<unknown>])[] = [
    ['/routing', (page) => page.getByRole('link', { name: NAME }).first().waitFor()],
    ['/categories', (page) => page.getByRole('link', { name: NAME }).first().waitFor()],
    ['/tenants', (page) => page.getByRole('link', { name: NAME }).first().waitFor()],
    ['/providers', (page) => page.getByRole('link', { name: NAME }).first().waitFor()],
    ['/users', (page) => page.getByRole('link', { name: NAME.toLowerCase() }).first().waitFor()],
    ['/tokens', (page) => page.getByText(NAME).first().waitFor()],
    [
      '/system',
      (page) => page.getByRole('region', { name: 'Providers' }).getByRole('link', { name: NAME }).waitFor(),
    ],
  ];

  it('push no column of a list out of its place', async () => {
    const tab = await signedIn(DESK);
    const models = `${provider}/models`;
    for (const [path, ready] of [
      ...LISTS,
      [models, (page: Page) => page.getByText(NAME).last().waitFor()],
    ] as const) {
      await open(tab, path);
      await ready(tab.page);
      expect([path, await tab.page.evaluate(PUSHED)]).toEqual([path, 0]);
    }
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  });

  it('leave every page as wide as a phone, and all that is pressed as high as a finger', async () => {
    const tab = await signedIn(PHONE);
    const pages = [
      `/users/${userId}`,
      '/users/new',
      '/users/me',
      `/routing/${ruleSetId}`,
      `/routing/${ruleSetId}?tab=versions`,
      '/routing/bench',
      '/routing/traffic',
      '/categories/new',
      '/categories/presets',
      '/playground',
      '/audit',
      '/directory',
      '/system?tab=log',
      '/explorer?doc=Query',
      '/',
      '/requests',
      '/models',
      '/models?view=tiers',
      '/my-tenant',
      '/tenants/new',
      '/providers/new?type=openai',
      ...['', '/models', '/settings', '/history'].map((tab) => provider + tab),
      ...['', '/keys', '/access', '/limits', '/routing', '/snippets', '/history'].map((tab) => tenant + tab),
    ];
    for (const path of [...LISTS.map(([list]) => list), ...pages]) {
      await open(tab, path);
      expect([path, await overflow(tab.page)]).toEqual([path, 0]);
      expect([path, await tab.page.evaluate(LOW)]).toEqual([path, []]);
      expect([path, await tab.page.evaluate(FAR)]).toEqual([path, []]);
    }
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  });

  it('make the heads of the log as high as a finger', async () => {
    const tab = await signedIn(PHONE);
    await open(tab, '/requests');
    const table = tab.page.getByRole('table', { name: 'Requests', exact: true });
    await table.getByRole('link').first().waitFor();
    expect(await table.getByRole('button', { name: 'Cost' }).count()).toBe(1);
    expect(await tab.page.evaluate(LOW)).toEqual([]);
    await tab.page.context().close();
  });

  it('keep a field with an error clear of the bar of unsaved changes', async () => {
    const tab = await signedIn(PHONE);
    await open(tab, '/system?tab=log');
    await tab.page.getByLabel('Keep rows for').fill('0');
    await tab.page.getByRole('button', { name: 'Save' }).click();
    await tab.page.getByText('Must be at least 1').waitFor();
    await expect
      .poll(() =>
        tab.page.evaluate(`(() => {
          const { left, top, width, height } = document.activeElement.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height / 2) === document.activeElement
            && document.activeElement.matches('[aria-invalid=true]');
        })()`),
      )
      .toBe(true);
    await tab.page.context().close();
  });
});
