import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { ADMIN } from './outside.ts';
import { typeCredentials } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped, as a person would. */
describe.skipIf(!hasBrowser())(
  'the wizard, from an empty database to a first answered request',
  { timeout: 60_000 },
  () => {
    let stage: Stage;
    let browser: Browser;
    let tab: Tab;
    let page: Page;
    let began = 0;
    let apiKey = '';

    beforeAll(async () => {
      stage = await openStage();
      browser = await launch();
      tab = await openTab(browser, stage.url);
      page = tab.page;
      began = performance.now();
    });
    afterAll(async () => {
      await browser?.close();
      await stage?.stop();
    });

    const heading = (name: string) => page.getByRole('heading', { level: 1, name });
    const step = (name: string) =>
      page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name, exact: true });

    it('leads everybody to the creation of the administrator, also from the sign-in page', async () => {
      await page.goto('/login');
      await heading('Create the administrator').waitFor();
      await page.goto('/requests');
      await heading('Create the administrator').waitFor();
      await expect.poll(() => new URL(page.url()).pathname).toBe('/setup');
      expect(await violations(page)).toEqual([]);
    });

    it('puts what is wrong beside its field', async () => {
      await page.getByLabel('User name').fill(ADMIN.username);
      await page.getByLabel('Password', { exact: true }).fill('short');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.locator('input[name=password][aria-invalid=true]').waitFor();
      expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-describedby')).toContain(
        'problem',
      );
    });

    it('creates the account, signs in, and keeps the session out of reach of scripts', async () => {
      await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
      await page.getByRole('button', { name: 'Create account' }).click();
      await heading('Connect a provider').waitFor();
      expect(await page.evaluate('document.cookie')).toBe('');
      const [cookie] = await page.context().cookies(`${stage.url}/graphql`);
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/graphql' });
      const kept = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
      expect(kept).not.toContain(cookie?.value);
      expect(await page.content()).not.toContain(cookie?.value);
      expect(await violations(page)).toEqual([]);
    });

    it('offers the fields of each kind of provider, and says step by step what fails', async () => {
      await page.getByRole('button', { name: 'OpenAI', exact: true }).click();
      await page.getByRole('textbox', { name: 'API key' }).waitFor();
      await page.getByRole('button', { name: 'OpenAI-compatible' }).click();
      const address = page.getByLabel('Base URL');
      await address.fill('127.0.0.1:9/v1/chat/completions');
      await address.blur();
      await expect.poll(() => address.inputValue()).toBe('http://127.0.0.1:9/v1');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Add and connect' }).click();
      const failed = page.getByRole('list', { name: 'Steps of the check' }).getByRole('listitem');
      await failed.first().waitFor();
      await page.getByRole('button', { name: 'Check and fetch models' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Remove it and choose again' }).click();
      await page.getByRole('button', { name: 'Try with the simulator' }).waitFor();
    });

    it('connects the simulator with one press, lists its models and sends a test message', async () => {
      await page.getByRole('button', { name: 'Try with the simulator' }).click();
      await page.getByText(/Connected: \d+ models/).waitFor();
      expect(await page.getByRole('list', { name: 'Its models' }).textContent()).toContain('sim-');
      await page.getByRole('button', { name: 'Send the test message' }).click();
      await page.getByText(/^Answered in /).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Continue' }).click();
      await heading('Create the first tenant').waitFor();
    });

    it('resumes where it was left, in this tab or another', async () => {
      await page.goto('/');
      await heading('Create the first tenant').waitFor();
      const other = await page.context().newPage();
      await other.goto('/setup');
      await other.getByRole('heading', { level: 1, name: 'Create the first tenant' }).waitFor();
      expect(new URL(other.url()).pathname).toBe('/setup');
      await other.close();
    });

    it('can skip a step and come back to it', async () => {
      await page.getByRole('link', { name: 'Skip for now' }).click();
      await heading('Send the first request').waitFor();
      await page.getByText('There is no tenant yet').waitFor();
      await step('Done').click();
      await heading('Not quite done').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Do it now' }).first().click();
      await heading('Create the first tenant').waitFor();
      await page.goBack();
      await heading('Not quite done').waitFor();
      await page.goForward();
      await heading('Create the first tenant').waitFor();
    });

    it('creates the tenant and shows its key once, with snippets that work', async () => {
      await page.getByLabel('Name').fill('Search Team');
      await expect.poll(() => page.getByLabel('Slug').inputValue()).toBe('search-team');
      await page.getByRole('button', { name: 'Create tenant and key' }).click();
      await heading('Send the first request').waitFor();
      apiKey = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
      expect(apiKey).toMatch(/^omp-[0-9a-f]{64}$/);
      await page.getByRole('button', { name: 'Copy the API key' }).click();
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(apiKey);
      const curl = (await page.getByRole('group', { name: 'curl' }).textContent()) ?? '';
      expect(curl).toContain(apiKey);
      expect(curl).toContain('/api/search-team/v1');
      await page
        .getByRole('tab', { name: /Python/ })
        .first()
        .click();
      await expect.poll(() => page.getByRole('tabpanel').getByRole('group').textContent()).toContain(apiKey);
      await page.getByText('Waiting for your first request…').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('hears the first request within moments, with its cost', async () => {
      await page.getByRole('button', { name: 'Send it from here' }).click();
      await page.getByText('Received', { exact: true }).waitFor();
      const arrived = page.getByRole('region', { name: 'What arrives' });
      await expect.poll(() => arrived.textContent()).toMatch(/Success.*sim-.*\$0\.\d+/s);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'I have stored the key: continue' }).click();
      await heading('What is it for?').waitFor();
    });

    it('gives categories their models by presets', async () => {
      const first = page.getByRole('checkbox').first();
      await first.waitFor();
      expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      await first.check();
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText(/categor(y|ies) got a model/i).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Continue' }).click();
      await heading('It works').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('ends in the console, at the request, within two minutes', async () => {
      await page.getByRole('button', { name: 'See the request' }).click();
      await page.getByRole('heading', { level: 1, name: 'Requests', exact: true }).waitFor();
      await expect.poll(() => page.url()).toContain('row=');
      expect(performance.now() - began).toBeLessThan(120_000);
      await page.goto('/setup');
      await page.getByRole('navigation', { name: 'Console' }).waitFor();
      await expect.poll(() => new URL(page.url()).pathname).toBe('/');
    });

    it('never shows the key again, but makes another', async () => {
      await page.goto('/setup?step=request');
      await page.getByRole('button', { name: 'Make a new key' }).waitFor();
      expect(await page.content()).not.toContain(apiKey);
      await page.getByRole('button', { name: 'Make a new key' }).click();
      const made = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
      expect(made).toMatch(/^omp-/);
      expect(made).not.toBe(apiKey);
    });

    it('fits a phone, in both themes', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const phone = await openTab(browser, stage.url, {
          viewport: { width: 390, height: 844 },
          colorScheme,
        });
        await phone.page.goto('/login?next=%2Fsetup%3Fstep%3Dprovider');
        await typeCredentials(phone.page);
        for (const name of ['provider', 'tenant', 'request', 'presets', 'done']) {
          await phone.page.goto(`/setup?step=${name}`);
          await phone.page.getByRole('heading', { level: 1 }).waitFor();
          await phone.page.waitForLoadState('networkidle');
          expect(`${name} ${await overflow(phone.page)}`).toBe(`${name} 0`);
          expect(await violations(phone.page)).toEqual([]);
        }
        expect(phone.complaints).toEqual([]);
        await phone.page.context().close();
      }
    });

    it('complained about nothing in the browser’s console', () => {
      expect(tab.complaints).toEqual([]);
    });
  },
);
