import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, violations, type Tab } from './browser.ts';
import { expectRefused } from './refused.ts';
import { expectGoodLooks, LONG } from './looks.ts';
import { ADMIN, createUser } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped. */
describe.skipIf(!hasBrowser())('users', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  const menu = (name: string) => page.getByRole('button', { name: `Actions for ${name}` });

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('is a list of oneself at first, which says what comes next', async () => {
    await page.goto('/users');
    await page.getByRole('heading', { name: 'You are alone here' }).waitFor();
    expect(await row(ADMIN.username).textContent()).toMatch(/Admin.*Active.*Here/s);
    await menu(ADMIN.username).click();
    for (const name of ['Disable', 'Delete…']) {
      const item = page.getByRole('menuitem', { name });
      await expect.poll(() => item.getAttribute('aria-disabled')).toBe('true');
      expect(await item.textContent()).toContain('another administrator');
    }
    await page.keyboard.press('Escape');
  });

  it('adds a tenant’s viewer, with what the role may do beside it, and errors beside their fields', async () => {
    await page.getByRole('link', { name: 'Add user' }).first().click();
    const matrix = page.getByRole('group', { name: 'What each role may do' });
    await matrix.getByRole('rowheader', { name: 'read the audit log' }).waitFor();
    await page.getByRole('radio', { name: /^Admin/ }).check();
    await page.getByRole('heading', { name: 'What Admin may do' }).waitFor();
    await page.getByRole('radio', { name: /^Tenant viewer/ }).check();
    await page.getByLabel('User name').fill('not a name!');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByText(/^must have 1 to 100 letters/).waitFor();
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('User name').fill('Vera');
    await page.getByRole('button', { name: 'Generate' }).click();
    const password = await page.getByLabel('Password', { exact: true }).inputValue();
    expect(password.length).toBeGreaterThan(20);
    await page.getByRole('checkbox', { name: 'Acme' }).check();
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByRole('heading', { level: 1, name: 'vera' }).waitFor();
    expect(await page.getByText('Tenant viewer').count()).toBeGreaterThan(0);
    const who = await openTab(browser, stage.url);
    await signIn(who.page, stage.url, { username: 'vera', password });
    await who.page.context().close();
  });

  it('changes a role and sends nothing else, guards what is not saved, and takes effect', async () => {
    await page.reload();
    await page.getByRole('radio', { name: /^FinOps/ }).check();
    await page.getByText('1 unsaved change').waitFor();
    await page.getByRole('link', { name: '← Users' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. vera has to sign in again.').waitFor();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
    const users = await ready.rest('GET', '/admin/users');
    expect(users.find(({ username }: { username: string }) => username === 'vera')).toMatchObject({
      role: 'finops',
      tenantIds: [ready.tenantId],
    });
  });

  it('lists sessions and signs one out', async () => {
    const vera = { username: 'vera', password: 'a password of veras own' };
    await page.getByLabel('New password').fill(vera.password);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
    const who = await openTab(browser, stage.url);
    await signIn(who.page, stage.url, vera);
    await page.getByRole('link', { name: /^Sessions/ }).click();
    await page.getByRole('button', { name: /^Sign out .* from / }).click();
    await page.getByRole('heading', { name: 'Not signed in' }).waitFor();
    await who.page.goto('/');
    await who.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expect.poll(() => new URL(who.page.url()).pathname).toBe('/login');
    await who.page.context().close();
  });

  it('tells the history of a user in sentences', async () => {
    await page.getByRole('link', { name: 'History' }).click();
    const history = page.getByRole('list', { name: 'History of vera' });
    await history.getByText('made vera FinOps, was Tenant viewer').waitFor();
    await history.getByText('added the user vera as Tenant viewer').waitFor();
    expect(await history.getByText('set a new password for').count()).toBe(1);
  });

  it('disables with undo, from the list', async () => {
    await page.goto('/users?state=active');
    await menu('vera').click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByText('vera is disabled and signed out everywhere.').waitFor();
    await row('vera').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row('vera').waitFor();
    expect(await row('vera').textContent()).toContain('Active');
  });

  it('filters in the address, and offers to clear what matches nobody', async () => {
    await page.getByLabel('Role').selectOption('MAINTAINER');
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();
    await expect.poll(() => page.url()).toContain('role=MAINTAINER');
    await page.reload();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await row('vera').waitFor();
    await page.getByRole('link', { name: 'Last sign-in' }).click();
    await page.waitForURL(/sort=login/);
    await expect.poll(() => page.url()).toContain('sort=login');
    await page.getByRole('columnheader', { name: 'Last sign-in' }).waitFor();
  });

  it('deletes by name', async () => {
    await menu('vera').click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const confirm = page.getByRole('button', { name: 'Delete user' });
    await expect.poll(() => confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type “vera” to confirm').fill('vera');
    await confirm.click();
    await row('vera').waitFor({ state: 'detached' });
  });

  describe('together', () => {
    const box = (name: string) => page.getByRole('checkbox', { name: `Choose ${name}`, exact: true });
    const bar = () => page.getByRole('region', { name: 'Chosen users' });
    const dialog = (name: string) => page.getByRole('dialog', { name });
    const became = (name: string) => page.getByRole('dialog').getByRole('listitem').filter({ hasText: name });

    beforeAll(async () => {
      for (const username of ['one', 'two', 'three'])
        await createUser(stage.url, { username, password: ADMIN.password, role: 'FINOPS' });
      await page.goto('/users');
      await row('three').waitFor();
    });

    it('are signed out, and it is told how many sessions ended for each', async () => {
      const who = await openTab(browser, stage.url);
      await signIn(who.page, stage.url, { username: 'one', password: ADMIN.password });
      await page.reload();
      await box('one').click();
      await box('two').click();
      await bar().getByRole('button', { name: 'Sign out' }).click();
      await dialog('Sign out 2 users').getByText('1 of 2 done, 1 left out.').waitFor();
      expect(await became('one').textContent()).toContain('1 session ended.');
      expect(await became('two').textContent()).toContain('Is not signed in.');
      await page.getByRole('button', { name: 'Close' }).last().click();
      await who.page.goto('/');
      await who.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await who.page.context().close();
    });

    it('are disabled by their number, oneself never, and enabled again by undo', async () => {
      await page.getByRole('checkbox', { name: /^Choose all/ }).click();
      await bar().getByRole('button', { name: 'Disable…' }).click();
      await page.getByText(/sessions? and all access tokens end at once/).waitFor();
      await page.getByLabel('Type “4” to confirm').fill('4');
      await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
      await dialog('Disable 4 users').getByText('3 of 4 done, 1 left out.').waitFor();
      expect(await became(ADMIN.username).textContent()).toContain('another administrator');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Undo' }).click();
      await dialog('Enable 3 users').getByText('3 of 3 done.').waitFor();
      await page.getByRole('button', { name: 'Close' }).last().click();
      expect(await row('two').textContent()).toContain('Active');
    });

    it('are deleted by their number', async () => {
      await page.reload();
      for (const name of ['one', 'two', 'three']) await box(name).click();
      await bar().getByRole('button', { name: 'Delete…' }).click();
      await page.getByLabel('Type “3” to confirm').fill('3');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await dialog('Delete 3 users').getByText('3 of 3 done.').waitFor();
      await page.getByRole('button', { name: 'Close' }).last().click();
      await row('three').waitFor({ state: 'detached' });
      expect(await bar().count()).toBe(0);
    });
  });

  it('says before a password is set whether somebody else was there meanwhile', async () => {
    const made = await ready.rest('POST', '/admin/users', {
      username: 'mia',
      password: ADMIN.password,
      role: 'finops',
    });
    await page.goto(`/users/${made.id}`);
    const mine = 'a password of my choice';
    await page.getByLabel('New password').fill(mine);
    await ready.rest('PUT', `/admin/users/${made.id}`, { password: 'one that they have chosen' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const note = page.getByRole('alert');
    await note.getByText('Somebody else has saved this user').waitFor();
    expect(await note.textContent()).toMatch(/Password.*Theirs\s*perhaps a new one, too.*Yours\s*a new one/s);
    expect(await note.textContent()).not.toContain(mine);
    const signsIn = async (password: string) => {
      const response = await fetch(`${stage.url}/api/prism/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'mia', password }),
      });
      return response.ok;
    };
    expect(await signsIn('one that they have chosen')).toBe(true);
    await note.getByRole('button', { name: 'Save mine over theirs' }).click();
    await page.getByText('Saved. mia has to sign in again.').waitFor();
    expect(await signsIn(mine)).toBe(true);
    expect(await page.getByRole('alert').filter({ hasText: 'Somebody else' }).count()).toBe(0);
    // One's own change is nobody else's: the next password goes through at once.
    await page.getByLabel('New password').fill('another one of mine');
    expect(await page.getByRole('alert').filter({ hasText: 'Somebody else' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => signsIn('another one of mine')).toBe(true);
  });

  it('tells what somebody else has made of a user meanwhile, and overwrites nothing unseen', async () => {
    const made = await ready.rest('POST', '/admin/users', {
      username: 'lin',
      password: ADMIN.password,
      role: 'finops',
    });
    await page.goto(`/users/${made.id}`);
    await page.getByRole('radio', { name: /^Maintainer/ }).check();
    await ready.rest('PUT', `/admin/users/${made.id}`, { role: 'tenant-viewer' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const note = page.getByRole('alert');
    await note.getByText('Somebody else has saved this user').waitFor();
    expect(await note.textContent()).toMatch(/Role.*Theirs\s*Tenant viewer.*Yours\s*Maintainer/s);
    const role = async () => {
      const users = await ready.rest('GET', '/admin/users');
      return users.find(({ id }: { id: string }) => id === made.id).role;
    };
    expect(await role()).toBe('tenant-viewer');
    await note.getByRole('button', { name: 'Save mine over theirs' }).click();
    await page.getByText('Saved. lin has to sign in again.').waitFor();
    expect(await role()).toBe('maintainer');
    // A login is no change of the user.
    const who = await openTab(browser, stage.url);
    await signIn(who.page, stage.url, { username: 'lin', password: ADMIN.password });
    await who.page.context().close();
    await page.getByRole('radio', { name: /^FinOps/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(role).toBe('finops');
    await ready.rest('DELETE', `/admin/users/${made.id}`);
  });

  it('says so where there is no such user', async () => {
    await page.goto('/users/01990000-0000-7000-8000-000000000000');
    await page.getByRole('heading', { name: 'There is no such user' }).waitFor();
    expect(await page.getByRole('link', { name: 'See all users' }).getAttribute('href')).toBe('/users');
  });

  it('lets anybody change their own password, and tells of a wrong one beside the field', async () => {
    const mo = { username: 'mo', password: 'the first password of mo' };
    await createUser(stage.url, { ...mo, role: 'TENANT_VIEWER' });
    const who = await openTab(browser, stage.url);
    await signIn(who.page, stage.url, mo);
    await who.page.goto('/users/me');
    await who.page.getByLabel('Password until now').fill('wrong');
    await who.page.getByLabel('New password').fill('the second password of mo');
    await who.page.getByRole('button', { name: 'Change password' }).click();
    await who.page.getByText('is wrong').waitFor();
    await who.page.getByLabel('Password until now').fill(mo.password);
    await who.page.getByRole('button', { name: 'Change password' }).click();
    await who.page.getByText(/^Your password is changed/).waitFor();
    await who.page.getByText('This one').waitFor();
    expect(who.complaints).toEqual([]);
    await who.page.context().close();
  });

  it('are not for other roles, nor is the directory: that is said, and nothing is asked of the server', async () => {
    const roles = [
      ['fin', 'FINOPS', '/users'],
      ['ann', 'TENANT_ADMIN', '/users/new'],
      ['vic', 'TENANT_VIEWER', '/directory'],
      ['kim', 'MAINTAINER', '/directory'],
    ] as const;
    for (const [username, role, path] of roles) {
      await createUser(stage.url, { username, password: ADMIN.password, role });
      await expectRefused(browser, stage.url, username, path);
    }
  });

  it('works by keyboard: the menu of a row opens, leads and gives the focus back', async () => {
    await page.goto('/users');
    await menu('mo').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Edit' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'Edit' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe('Actions for mo');
  });

  it('looks right in both themes, wide and on a phone', LONG, async () => {
    const users = await ready.rest('GET', '/admin/users');
    const mo = users.find(({ username }: { username: string }) => username === 'mo');
    await expectGoodLooks(browser, stage.url, [
      ['/users', (it) => it.getByRole('table').waitFor()],
      ['/users/new', (it) => it.getByRole('group', { name: 'What each role may do' }).waitFor()],
      [`/users/${mo.id}`, (it) => it.getByRole('group', { name: 'What each role may do' }).waitFor()],
      [`/users/${mo.id}?tab=sessions`, (it) => it.getByRole('heading', { name: 'Sessions' }).waitFor()],
      [`/users/${mo.id}?tab=history`, (it) => it.getByRole('list', { name: 'History of mo' }).waitFor()],
      ['/users/me', (it) => it.getByText('This one').waitFor()],
    ]);
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
