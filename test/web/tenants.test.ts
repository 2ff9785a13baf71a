import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { expectGoodLooks } from './looks.ts';
import { ADMIN, chat, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { expectRefused } from './refused.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped. */
describe.skipIf(!hasBrowser())('tenants', () => {
  let stage: Stage;
  let browser: Browser;
  let ready: Ready;
  let tab: Tab;
  let page: Page;
  let key = '';

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    await ready.rest('POST', '/admin/tenants', { slug: 'quiet', name: 'Quiet', active: false });
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const section = async (name: RegExp | string) => {
    await page.getByRole('navigation', { name: 'Sections of Acme' }).getByRole('link', { name }).click();
  };

  it('are found by name, slug and beginning of a key, and the address keeps what is asked', async () => {
    await page.goto('/tenants');
    await page.getByRole('link', { name: 'Quiet' }).waitFor();
    await page.getByLabel('Search').fill('acm');
    await page.getByText('1 of 2 tenants').waitFor();
    await page.waitForURL(/q=acm/);
    await page.reload();
    await page.getByText('1 of 2 tenants').waitFor();
    await page.getByLabel('Search').fill('nobody');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByLabel('State').selectOption('off');
    await page.getByText('1 of 2 tenants').waitFor();
    await page.getByLabel('State').selectOption('');
    await page.getByRole('link', { name: 'Acme', exact: true }).click();
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/tenants/${ready.tenantId}`);
  });

  it('show their address, use and forecast', async () => {
    const month = page.getByRole('region', { name: 'This month' });
    await month.getByText('Whole month, an estimate').waitFor();
    await until(async () => {
      await page.reload();
      await month.getByText('Whole month, an estimate').waitFor();
      return (await month.getByRole('link', { name: 'sim-fast' }).count()) === 1;
    });
    await expect
      .poll(() => page.getByRole('group', { name: 'Base URL' }).textContent())
      .toBe(`${stage.url}/api/acme/v1`);
  });

  it('get a key that is shown once, until one says that it is stored', async () => {
    await section(/^Keys/);
    await page.getByRole('button', { name: 'Add key' }).click();
    await page.getByLabel('What it is for').fill('ci');
    await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click();
    await page.getByRole('heading', { name: 'The key of Acme' }).waitFor();
    key = (await page.getByRole('group', { name: 'API key' }).textContent()) ?? '';
    expect(key).toMatch(/^omp-[0-9a-f]{64}$/);
    expect(await page.getByRole('group', { name: '.env lines' }).textContent()).toContain(
      `OPENAI_API_KEY=${key}`,
    );
    await expect
      .poll(() => page.getByRole('group', { name: 'curl command' }).textContent())
      .toContain('/api/acme/v1');
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await page.getByRole('heading', { name: 'The key of Acme' }).waitFor();
    await page.getByRole('button', { name: 'I have stored the key' }).click();
    await page.getByText('ci', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);
    await until(async () => (await chat(stage.url, key)) === 200);
  });

  it('lose a key for a while and get it back by undo', async () => {
    await page.getByRole('button', { name: 'Disable ci' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    await until(async () => (await chat(stage.url, key)) === 401);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Disable ci' }).waitFor();
    expect(await page.getByText('Disabled', { exact: true }).count()).toBe(0);
    await until(async () => (await chat(stage.url, key)) === 200);
  });

  it('lose a key for ever only by its name', async () => {
    await page.getByRole('button', { name: 'More for ci' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const verb = page.getByRole('button', { name: 'Delete key' });
    await expect.poll(() => verb.isDisabled()).toBe(true);
    await page.getByLabel(/^Type “omp-/).fill(key.slice(0, 12));
    await verb.click();
    await page.getByRole('button', { name: 'More for ci' }).waitFor({ state: 'detached' });
    await until(async () => (await chat(stage.url, key)) === 401);
  });

  it('show what a change of access would do before it is made', async () => {
    await section('Access');
    await page.getByLabel('Only those listed').check();
    await page.getByRole('heading', { name: 'What it would be allowed' }).waitFor();
    await page.getByRole('combobox', { name: 'Models that it may use' }).fill('sim-mini');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('list', { name: 'The list' }).getByText('sim-mini', { exact: true }).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'simulator/sim-mini' });
    await row.getByText('it is listed').waitFor();
    const other = page.getByRole('row').filter({ hasText: 'simulator/sim-fast' });
    await other.getByText('taken away').waitFor();
    // Nothing is stored yet.
    expect(await chat(stage.url, ready.apiKey)).toBe(200);
    await page.getByText('2 unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 403);
  });

  it('put the server’s errors at their fields', async () => {
    await page.getByLabel('All models').check();
    await page.getByRole('button', { name: 'Add alias' }).click();
    await page.getByLabel('Alias', { exact: true }).fill('auto');
    await page.getByRole('combobox', { name: 'Stands for' }).fill('sim-fast');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('input[aria-invalid=true]').waitFor();
    const described =
      (await page.getByLabel('Alias', { exact: true }).getAttribute('aria-describedby')) ?? '';
    await expect
      .poll(() => page.locator(`[id="${described.split(' ')[0]}"]`).textContent())
      .toContain('is a reserved name');
    await expect
      .poll(() => page.getByLabel('Alias', { exact: true }).getAttribute('aria-invalid'))
      .toBe('true');
    await page.getByLabel('Alias', { exact: true }).fill('quick');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').first().waitFor();
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });

  it('ask before unsaved changes are left', async () => {
    await section('Limits');
    await page.getByLabel('Requests a minute').fill('60');
    await section('Overview');
    await page.getByRole('dialog').getByRole('button', { name: 'Stay on the page' }).click();
    await expect.poll(() => page.getByLabel('Requests a minute').inputValue()).toBe('60');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await page.getByRole('meter', { name: 'Requests' }).waitFor();
  });

  it('send only what has changed of their routing, and go back to the default', async () => {
    await section('Routing');
    await page.getByLabel('Cost mode').selectOption('economy');
    await page.getByText('Its own; the default is balanced.').waitFor();
    await page.getByRole('switch', { name: 'Frustration' }).click();
    const sent = page.waitForRequest((request) => (request.postData() ?? '').includes('UpdateTenant'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const { variables } = JSON.parse((await sent).postData() ?? '{}') as { variables: { input: unknown } };
    expect(variables.input).toEqual({
      routing: { costMode: 'economy', overrides: { frustration: { enabled: false } } },
    });
    await page.getByText('2 unsaved changes').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Reset Cost mode to the default' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await page.getByRole('switch', { name: 'Ask a model when unsure' }).click();
    await page.getByRole('combobox', { name: 'Model', exact: true }).fill('no-such-model');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('[aria-invalid=true]').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('have snippets for their clients, and a history of what was changed', async () => {
    await section('Snippets');
    await page.getByRole('link', { name: 'Cursor' }).click();
    await page.getByText('Override OpenAI Base URL').waitFor();
    await expect.poll(() => page.url()).toContain('client=cursor');
    await page.getByLabel('Model that they name').selectOption('auto');
    await page.getByText('Add model: auto').waitFor();
    await section('History');
    const history = page.getByRole('list', { name: 'History of Acme' });
    await history.getByText(/^admin made the key ci/).waitFor();
    await history
      .getByText(/request limit/)
      .first()
      .waitFor();
  });

  it('say what somebody else has saved meanwhile, and overwrite nothing unseen', async () => {
    const limits = async (body: object) => {
      await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, body);
    };
    const stored = async () => {
      const tenants = await ready.rest('GET', '/admin/tenants');
      return tenants.find(({ id }: { id: string }) => id === ready.tenantId);
    };
    const save = page.getByRole('button', { name: 'Save', exact: true });
    const box = page.getByLabel('Requests a minute');
    await page.goto(`/tenants/${ready.tenantId}/limits`);
    await box.fill('70');
    // Another setting: both stand.
    await limits({ rateLimit: { tokensPerMinute: 9000 } });
    await save.click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    expect((await stored()).rateLimit).toEqual({ requestsPerMinute: 70, tokensPerMinute: 9000 });
    await expect.poll(() => page.getByLabel('Tokens a minute').inputValue()).toBe('9000');
    // The same setting: one is asked.
    await box.fill('80');
    await limits({ rateLimit: { requestsPerMinute: 500 } });
    await save.click();
    const note = page.getByRole('alert');
    await note.getByText('Somebody else has saved this tenant').waitFor();
    expect(await note.textContent()).toMatch(/Requests a minute.*Theirs\s*500.*Yours\s*80/s);
    expect((await stored()).rateLimit.requestsPerMinute).toBe(500);
    expect(await violations(page)).toEqual([]);
    await note.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => box.inputValue()).toBe('500');
    await box.fill('90');
    await limits({ rateLimit: { requestsPerMinute: 600 } });
    await save.click();
    await note.getByRole('button', { name: 'Save mine over theirs' }).click();
    await note.waitFor({ state: 'detached' });
    await expect.poll(async () => (await stored()).rateLimit.requestsPerMinute).toBe(90);
  });

  it('keep what others have changed of the routing while one changes the rest', async () => {
    const put = (routing: object) => ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, { routing });
    await page.goto(`/tenants/${ready.tenantId}/routing`);
    await page.getByLabel('Cost mode').selectOption('quality');
    await put({ tierBoost: 1 });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    const tenants = await ready.rest('GET', '/admin/tenants');
    const { routing } = tenants.find(({ id }: { id: string }) => id === ready.tenantId);
    expect(routing).toEqual({ tierBoost: 1, costMode: 'quality' });
    await put({});
  });

  describe('in a list', () => {
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name }) });
    const box = (name: string) => page.getByRole('checkbox', { name: `Choose ${name}`, exact: true });
    const bar = () => page.getByRole('region', { name: 'Chosen tenants' });
    const ids = new Map<string, string>();

    beforeAll(async () => {
      for (const name of ['List A', 'List B', 'List C', '=List D']) {
        const slug = name
          .toLowerCase()
          .replaceAll(/[^a-z]+/g, '-')
          .replace(/^-/, '');
        const made = await ready.rest('POST', '/admin/tenants', { slug, name });
        ids.set(name, String(made.id));
      }
      await page.goto('/tenants?q=list');
      await row('List A').waitFor();
    });

    it('are chosen by pointer and by keys, stretches too, and only those that are shown', async () => {
      await box('List A').click();
      await box('List C').click({ modifiers: ['Shift'] });
      await bar().getByText('3 tenants').waitFor();
      await bar().getByRole('button', { name: 'Clear' }).click();
      await bar().waitFor({ state: 'detached' });
      await page.getByRole('heading', { level: 1 }).click();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      expect(await box('List A').isChecked()).toBe(true);
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Shift+X');
      await bar().getByText('3 tenants').waitFor();
      await page.getByLabel('Search').fill('list b');
      await bar().getByText('1 tenant').waitFor();
      await page.getByLabel('Search').fill('list');
      await bar().getByText('3 tenants').waitFor();
      await bar().getByRole('button', { name: 'Choose all 4' }).click();
      await bar().getByText('4 tenants').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('are ordered by a column, and the other way round', async () => {
      const names = () =>
        page
          .locator('tbody .row-link')
          .evaluateAll((links) =>
            links.map((link) => link.textContent ?? '').filter((text) => text.includes('List')),
          );
      await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
      await page.waitForURL(/dir=down/);
      await expect.poll(names).toEqual(['List C', 'List B', 'List A', '=List D']);
      expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe(
        'descending',
      );
    });

    it('go into a file as they are shown, and nothing in it is run by a spreadsheet', async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export CSV' }).click();
      const text = await readFile(await (await download).path(), 'utf8');
      expect(text.split('\r\n').map((line) => line.split(',')[0])).toEqual([
        'name',
        'List C',
        'List B',
        'List A',
        "'=List D",
        '',
      ]);
    });

    it('are switched off together, and it is told what became of each', async () => {
      await ready.rest('PUT', `/admin/tenants/${ids.get('List A')}`, { active: false });
      await page.reload();
      await page.getByRole('checkbox', { name: 'Choose all 4 tenants' }).click();
      await bar().getByRole('button', { name: 'Switch off…' }).click();
      const verb = page.getByRole('dialog').getByRole('button', { name: 'Switch off' });
      await page.getByText(/4 usable keys|3 usable keys/).waitFor();
      expect(await verb.isDisabled()).toBe(true);
      // One is gone when its turn comes.
      await ready.rest('DELETE', `/admin/tenants/${ids.get('List B')}`);
      await page.getByLabel('Type “4” to confirm').fill('4');
      await verb.click();
      const dialog = page.getByRole('dialog', { name: 'Switch off 4 tenants' });
      await dialog.getByText('2 of 4 done, 1 failed, 1 left out.').waitFor();
      const became = (name: string) => dialog.getByRole('listitem').filter({ hasText: name }).textContent();
      expect(await became('List A')).toMatch(/Left out.*Is switched off already/);
      expect(await became('List B')).toMatch(/Failed.*no.*tenant/i);
      expect(await became('List C')).toContain('Done');
      expect(await violations(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('dialog', { name: 'Switch on 2 tenants' }).getByText('2 of 2 done.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      expect(await row('List C').textContent()).toContain('Active');
      expect(await row('List A').textContent()).toContain('Switched off');
      await row('List B').waitFor({ state: 'detached' });
    });

    it('are switched one by one from the menu of a row: off by name, on again by undo', async () => {
      const menu = page.getByRole('button', { name: 'Actions for List C' });
      await menu.click();
      const words = await page.getByRole('menuitem').allTextContents();
      expect(words.map((text) => text.trim())).toEqual(['Open', 'Keys', 'Switch off…']);
      await page.getByRole('menuitem', { name: 'Switch off…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Switch off List C' });
      await dialog.getByText(/1 usable key will be refused/).waitFor();
      const verb = dialog.getByRole('button', { name: 'Switch off' });
      expect(await verb.isDisabled()).toBe(true);
      await dialog.getByLabel('Type “List C” to confirm').fill('List C');
      await verb.click();
      await dialog.waitFor({ state: 'detached' });
      await row('List C').getByText('Switched off').waitFor();
      await page.getByText('List C is switched off.').waitFor();
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await row('List C').getByText('Active').waitFor();
      expect(await page.getByRole('link', { name: 'List C', exact: true }).getAttribute('title')).toBe(
        'List C',
      );
      await menu.click();
      await page.getByRole('menuitem', { name: 'Keys' }).click();
      await page.waitForURL(`**/tenants/${ids.get('List C')}/keys`);
      await page.goBack();
      await row('List C').waitFor();
    });

    it('fit a phone while some are chosen', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.reload();
      await page.getByRole('checkbox', { name: 'Choose all 3 tenants' }).click();
      await bar().waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 1440, height: 900 });
    });
  });

  it('are looked after by maintainers, without the history', async () => {
    await createUser(stage.url, { username: 'keeper', password: ADMIN.password, role: 'MAINTAINER' });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'keeper', password: ADMIN.password });
    await other.page.goto(`/tenants/${ready.tenantId}`);
    const tabs = other.page.getByRole('navigation', { name: 'Sections of Acme' }).getByRole('link');
    await tabs.first().waitFor();
    expect(await tabs.allTextContents()).not.toContain('History');
    await other.page.goto(`/tenants/${ready.tenantId}/history`);
    await other.page.getByRole('heading', { name: 'Not for this role' }).waitFor();
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it('are not for other roles, nor is the playground: that is said, and nothing is asked of the server', async () => {
    const roles = [
      ['fin', 'FINOPS', '/tenants'],
      ['ann', 'TENANT_ADMIN', `/tenants/${ready.tenantId}`],
      ['vic', 'TENANT_VIEWER', '/playground'],
      ['eve', 'TENANT_VIEWER', '/tenants/new'],
    ] as const;
    for (const [username, role, path] of roles) {
      await createUser(stage.url, { username, password: ADMIN.password, role });
      await expectRefused(browser, stage.url, username, path);
    }
    await expectRefused(browser, stage.url, 'keeper', '/system');
  });

  it('look right in both themes, wide and on a phone', async () => {
    const base = `/tenants/${ready.tenantId}`;
    const text = (words: string | RegExp) => (it: Page) => it.getByText(words).first().waitFor();
    await expectGoodLooks(browser, stage.url, [
      ['/tenants', text('Quiet')],
      [base, text('Whole month, an estimate')],
      [`${base}/keys`, text('Days a new key lives')],
      [`${base}/access`, text('simulator/sim-mini')],
      [`${base}/limits`, text('Busiest hour of the last 7 days')],
      [`${base}/routing`, text('Ask a model when unsure')],
      [`${base}/snippets`, text('Model that they name')],
      [`${base}/history`, (it) => it.getByRole('list', { name: 'History of Acme' }).waitFor()],
      ['/tenants/new', text('Slug')],
    ]);
  }, 600_000);

  it('are deleted by name, and it is said what goes with them', async () => {
    await page.goto(`/tenants/${ready.tenantId}`);
    await page.getByRole('button', { name: 'More for Acme' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText(/1 key will stop working at once/).waitFor();
    await page.getByLabel('Type “Acme” to confirm').fill('Acme');
    await page.getByRole('button', { name: 'Delete tenant' }).click();
    await page.getByText('Acme is deleted, with 1 key').waitFor();
    await page.waitForURL('**/tenants');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/tenants');
    await page.goto(`/tenants/${ready.tenantId}`);
    await page.getByRole('heading', { name: 'There is no such tenant' }).waitFor();
  });

  it('complained about nothing', () => {
    expect(tab.complaints).toEqual([]);
  });
});
