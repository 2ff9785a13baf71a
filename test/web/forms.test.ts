import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, violations, type Tab } from './browser.ts';
import { setUp, signIn } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** What the console knows to be wrong it says by itself, beside the field: nothing is sent. */
describe.skipIf(!hasBrowser())('a form for something new', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  /** Mutations that left the page. */
  let sent: string[] = [];

  const field = (label: string, within: Page | Locator = page): Locator =>
    within.getByLabel(label, { exact: true });
  const said = (control: Locator): Promise<string | null> =>
    control.evaluate((it) => {
      const ids = (it.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .filter((id) => id.endsWith('-problem'));
      return ids.length === 0 ? null : (document.getElementById(ids[0] ?? '')?.textContent ?? null);
    });
  const says = async (control: Locator, words: string | null): Promise<void> => {
    await expect.poll(() => said(control)).toBe(words);
  };
  const isFocused = async (control: Locator): Promise<void> => {
    await expect.poll(() => control.evaluate((it) => it === document.activeElement)).toBe(true);
  };

  beforeAll(async () => {
    stage = await openStage();
    await setUp(stage.url);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    page.on('request', (request) => {
      const mutation = /mutation (\w+)/.exec(request.postData() ?? '')?.[1];
      if (mutation !== undefined) sent.push(mutation);
    });
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function open(path: string): Promise<void> {
    await page.goto(path);
    await page.locator('form [type=submit]').first().waitFor();
    sent = [];
  }

  it('of a tenant: says what is missing, at the first of it, and lets go as soon as it is there', async () => {
    await open('/tenants/new');
    const [name, slug] = [field('Name'), field('Slug')];
    await page.locator('form [type=submit]').click();
    await says(name, 'is required');
    await says(slug, 'is required');
    await isFocused(name);
    expect(await violations(page)).toEqual([]);
    // The slug is made of the name: its words go with it.
    await name.fill('Acme');
    await says(name, null);
    await says(slug, null);
    await slug.fill('Not a slug');
    await says(slug, null);
    await slug.press('Tab');
    await says(slug, 'must have 1 to 63 of a-z, 0-9 and -, and begin with a letter or digit');
    await page.locator('form [type=submit]').click();
    await isFocused(slug);
    expect(sent).toEqual([]);
    // What only the server knows it says as ever, and one goes on there.
    await slug.fill('graphql');
    await page.locator('form [type=submit]').click();
    await expect.poll(() => said(slug)).toMatch(/reserved|taken|used/);
    await isFocused(slug);
    expect(sent).toHaveLength(1);
  });

  it('of a tenant: whoever only passes by is not told anything', async () => {
    await open('/tenants/new');
    await field('Name').focus();
    await field('Name').press('Tab');
    await isFocused(field('Slug'));
    expect(await said(field('Name'))).toBeNull();
  });

  it('of a provider: an address, a key, and numbers that are folded up', async () => {
    await open('/providers/new?type=openai');
    const submit = page.getByRole('button', { name: 'Add provider' });
    await field('Name').fill('  ');
    await submit.click();
    await says(field('Name'), 'must not be empty');
    await isFocused(field('Name'));
    await field('Name').fill('Vendor');
    const address = page.locator('[data-path=baseUrl]');
    await address.fill('ftp://example.com');
    await address.press('Tab');
    await says(address, 'must be a URL that begins with http:// or https://');
    await address.fill('https://example.com');
    await says(address, null);
    const key = page.locator('[data-path="auth.apiKey"]');
    await submit.click();
    await says(key, 'is required');
    await isFocused(key);
    await key.fill('sk-something');
    await page.getByText('Timeouts, in milliseconds').click();
    const connecting = page.locator('[data-path="options.timeouts.connectMs"]');
    await connecting.fill('0');
    await page.getByText('Timeouts, in milliseconds').click();
    await connecting.waitFor({ state: 'hidden' });
    await submit.click();
    await says(connecting, 'must be at least 1');
    await isFocused(connecting);
    expect(sent).toEqual([]);
  });

  it('of a user: a name and a password that the server would not take', async () => {
    await open('/users/new');
    const [name, password] = [field('User name'), field('Password')];
    await name.fill('two words');
    await name.press('Tab');
    await says(name, 'must have 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit');
    await name.fill('ada@example.com');
    await password.pressSequentially('short');
    await page.getByRole('button', { name: 'Add user' }).click();
    await says(password, 'must have at least 8 characters');
    await isFocused(password);
    await page.getByRole('button', { name: 'Generate' }).click();
    await says(password, null);
    expect(sent).toEqual([]);
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.waitForURL(/\/users\/[0-9a-f-]{36}$/);
    expect(sent).toHaveLength(1);
  });

  it('of a token: an end in the past', async () => {
    await page.goto('/tokens');
    await page.getByRole('button', { name: 'Create token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Create an access token' });
    sent = [];
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await says(field('What it is for', dialog), 'is required');
    await field('What it is for', dialog).fill('report');
    await field('Ends', dialog).selectOption('date');
    const day = field('Last day', dialog);
    await day.fill('2020-01-01');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await says(day, 'must lie in the future, a year from now at the latest');
    await isFocused(day);
    expect(sent).toEqual([]);
  });

  it('of a category and of a rule set', async () => {
    await open('/categories/new');
    await field('Name').fill('Review');
    await field('Key').fill('Review of code');
    await field('Key').press('Tab');
    await says(
      field('Key'),
      'must begin with a letter and have at most 64 of a-z, 0-9 and _ ("code_review")',
    );
    await page.getByLabel('Place in lists').fill('-1');
    await page.locator('form [type=submit]').click();
    await isFocused(field('Key'));
    await says(page.getByLabel('Place in lists'), 'must be at least 0');
    await open('/routing/new');
    await page.locator('form [type=submit]').click();
    await says(field('Name'), 'is required');
    await isFocused(field('Name'));
    expect(sent).toEqual([]);
  });

  it('complains to nobody else', () => {
    expect(tab.complaints).toEqual([]);
  });
});
