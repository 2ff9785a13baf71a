import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupDn, GROUPS, passwordOf, PEOPLE, populate } from '../ldap/people.ts';
import { findSlapd, SEARCHER, startSlapd, type Slapd } from '../ldap/slapd.ts';
import { hasBrowser, launch, openTab, violations, type Tab } from './browser.ts';
import { expectGoodLooks, LONG } from './looks.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

const binary = findSlapd();

describe.skipIf(!hasBrowser())('the directory', () => {
  let stage: Stage;
  let ready: Ready;
  let slapd: Slapd | null = null;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  const field = (label: string) => page.getByLabel(label);
  const steps = () => page.getByRole('list', { name: 'Steps of the test' }).getByRole('listitem');

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    if (binary !== null) {
      slapd = await startSlapd(binary);
      await populate(slapd);
    }
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
    await slapd?.stop();
  });

  it('is not in use at first, and says beside the field what is missing', async () => {
    await page.goto('/directory');
    await page.getByText('Not in use').waitFor();
    await page.getByRole('switch', { name: 'People of the directory may sign in' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.problem', { hasText: 'is required' }).first().waitFor();
    expect(await field('Address').getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
  });

  it('names the step that fails, and what to try', async () => {
    await field('Address').fill('ldap://127.0.0.1:1');
    await field('People are below').fill('ou=people,dc=example,dc=org');
    await page.getByText('Names and passwords travel in clear.').waitFor();
    await page.getByRole('button', { name: 'Test the directory' }).click();
    await page.getByText('What to try:').waitFor();
    expect(await steps().last().textContent()).toContain('Connect');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('tells what somebody else has saved meanwhile, and overwrites nothing unseen', async () => {
    const filter = '(mail={{username}})';
    const usual = await field('A person is found by').inputValue();
    await field('Time for a whole sign-in, ms').fill('4000');
    await field('A person is found by').fill('(cn={{username}})');
    await ready.rest('PUT', '/admin/ldap', { searchFilter: filter });
    await page.getByRole('button', { name: 'Save' }).click();
    const note = page.getByRole('alert').filter({ hasText: 'Somebody else has saved this' });
    await note.waitFor();
    // The form is long, and it was saved at its end.
    const { y = -1, height = 0 } = (await note.boundingBox()) ?? {};
    expect([y >= 0, y + height <= (page.viewportSize()?.height ?? 0)]).toEqual([true, true]);
    expect(await note.textContent()).toMatch(/found by.*Theirs\s*\(mail=.*Yours\s*\(cn=/s);
    expect(await violations(page)).toEqual([]);
    await note.getByRole('button', { name: 'Take theirs' }).click();
    await note.waitFor({ state: 'detached' });
    expect(await field('A person is found by').inputValue()).toBe(filter);
    // What they have not touched is saved on top of theirs.
    await page.getByText('1 unsaved change').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
    expect(await ready.rest('GET', '/admin/ldap')).toMatchObject({ searchFilter: filter, timeoutMs: 4000 });
    await ready.rest('PUT', '/admin/ldap', { searchFilter: usual, timeoutMs: 5000 });
    await page.reload();
    await expect.poll(() => field('A person is found by').inputValue()).toBe(usual);
  });

  it('offers the filters that are usual', async () => {
    await page.getByRole('button', { name: 'Usual filters of Active Directory' }).click();
    await expect.poll(() => field('A person is found by').inputValue()).toContain('sAMAccountName');
    await page.getByText('2 unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it.skipIf(binary === null)(
    'tries somebody with what is not saved yet, then is saved and lets them in',
    async () => {
      await field('Address').fill(slapd?.ldap ?? '');
      await field('Bind DN').fill(SEARCHER.dn);
      await field('Bind password').fill(SEARCHER.password);
      await field('People are below').fill(PEOPLE);
      await field('Groups are below').fill(GROUPS);
      await page.getByRole('button', { name: 'Add group' }).click();
      await page.getByRole('group', { name: 'Group 1' }).getByLabel('Members of').fill(groupDn('finance'));
      await page
        .getByRole('group', { name: 'Group 1' })
        .getByLabel('are', { exact: true })
        .selectOption('FINOPS');
      await page.getByRole('button', { name: 'Add group' }).click();
      const second = page.getByRole('group', { name: 'Group 2' });
      await second.getByLabel('Members of').fill(groupDn('Staff, all of it'));
      await second.getByRole('checkbox', { name: 'Acme' }).check();
      await field('A user name to try').fill('dora');
      await field('Their password').fill(passwordOf('dora'));
      await page.getByRole('button', { name: 'Test the directory' }).click();
      await page.getByText('dora would be Tenant viewer of Acme.').waitFor();
      expect(await steps().count()).toBe(9);
      await page.getByRole('switch', { name: 'People of the directory may sign in' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. In force with the next sign-in.').waitFor();
      await page.getByText('In use', { exact: true }).waitFor();
      const dora = await openTab(browser, stage.url);
      await signIn(dora.page, stage.url, { username: 'dora', password: passwordOf('dora') });
      await dora.page.goto('/users/me');
      await dora.page.getByText('You sign in with the password of your directory').waitFor();
      await dora.page.context().close();
    },
  );

  it.skipIf(binary === null)(
    'never shows the password again, and keeps it when it is left empty',
    async () => {
      await page.reload();
      await expect.poll(() => field('Bind password').inputValue()).toBe('');
      await page.getByText('Stored, encrypted.').waitFor();
      await field('Time for a whole sign-in, ms').fill('4000');
      await page.getByText('1 unsaved change').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('unsaved change').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Test the directory' }).click();
      await page.getByText('The directory answers.').waitFor();
      await field('Address').fill('ldap://127.0.0.1:1');
      await page.getByText('enter it again').waitFor();
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.getByRole('link', { name: 'History' }).click();
      await page.getByText('time', { exact: false }).first().waitFor();
      expect(await page.content()).not.toContain(SEARCHER.password);
    },
  );

  it('looks right in both themes, wide and on a phone', LONG, async () => {
    await expectGoodLooks(browser, stage.url, [
      ['/directory', (it) => it.getByRole('button', { name: 'Test the directory' }).waitFor()],
      ['/directory?tab=history', (it) => it.getByRole('heading', { name: 'History' }).waitFor()],
    ]);
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
