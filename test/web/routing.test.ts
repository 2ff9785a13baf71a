import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, overflow, violations, type Tab } from './browser.ts';
import { createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** In order: each goes on where the one before stopped, as a person would. */
describe.skipIf(!hasBrowser())('routing', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    for (const [modelId, tier] of Object.entries({ 'sim-mini': 'low', 'sim-fast': 'critical' })) {
      await ready.rest('PATCH', `/admin/providers/${ready.providerId}/models/${modelId}`, { tier });
    }
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    await until(async () => (await route('Good morning!')) === 200);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  /** One request for "auto": its status. */
  async function route(content: string): Promise<number> {
    const response = await fetch(`${stage.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function stored(name: string) {
    const sets = await ready.rest('GET', '/admin/routing/rule-sets');
    return sets.find((it: { name: string }) => it.name === name);
  }

  it('creates a rule set that decides nothing yet', async () => {
    await page.goto('/routing');
    await page.getByRole('row', { name: /Default.*In force/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Create rule set' }).click();
    await page.getByLabel('Name').fill('Careful');
    await page.getByRole('button', { name: 'Create rule set' }).click();
    await page.getByRole('heading', { name: 'Careful', level: 1 }).waitFor();
    await page.getByText('Not in force', { exact: true }).waitFor();
    await page.getByText('No rule yet.').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('edits a rule without syntax and decides the draft as one types', async () => {
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.waitForURL(/rule=1$/);
    const form = page.getByRole('list', { name: 'Keyword rules' });
    await form.getByLabel('Name', { exact: true }).fill('Morning');
    await form.getByLabel('Keywords').fill('good morning\n(?i)regex');
    await form.getByLabel('At least tier').selectOption('critical');
    await form.getByText('When the prompt or the system prompt has “good morning” or “(?i)regex”').waitFor();
    await page.getByRole('region', { name: 'Unsaved changes' }).getByText('1 unsaved change').waitFor();
    const bench = page.getByRole('complementary', { name: 'Test bench' });
    await bench.getByLabel('Prompt', { exact: true }).fill('Good morning, how are you?');
    await bench
      .getByText(/must be plain words/)
      .first()
      .waitFor();
    await form.getByLabel('Keywords').fill('good morning');
    await bench.getByText('Moves up', { exact: true }).waitFor();
    await bench.getByText(/says the rule “Morning”/).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('refuses what cannot be published beside its field', async () => {
    const form = page.getByRole('list', { name: 'Keyword rules' });
    await form.getByLabel('At most tier').selectOption('low');
    await page.getByRole('button', { name: 'Review and publish…' }).click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('The places are marked in the editor').waitFor();
    await page.getByRole('button', { name: 'Go on editing' }).click();
    await form.getByText('must not be below tierMin').waitFor();
    await form.getByText('Has an error').first().waitFor();
    expect((await stored('Careful')).version).toBe(1);
    await form.getByLabel('At most tier').selectOption('');
  });

  it('publishes with a note after showing what changes and what it would have moved', async () => {
    await page.getByRole('button', { name: 'Review and publish…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Added Rule “Morning”').waitFor();
    await dialog.getByRole('button', { name: /Try it on the last/ }).click();
    await dialog.getByText('Decided again', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Note').fill('Greetings deserve it');
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Version 2 is published.').waitFor();
    expect((await stored('Careful')).version).toBe(2);
    await page.getByRole('link', { name: /^Versions/ }).click();
    await page.getByText('Greetings deserve it').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('reorders by keys and by name, marks what can never count, and restores a version', async () => {
    await page.getByRole('link', { name: /^Rules/ }).click();
    await page.getByRole('button', { name: 'Actions for Morning' }).click();
    await page.getByRole('menuitem', { name: 'Copy' }).click();
    const list = page.getByRole('list', { name: 'Keyword rules' });
    await list.getByText('Never counts').waitFor();
    await list.getByRole('button', { name: /^Morning \(copy\)/, expanded: true }).click();
    const names = () => list.locator('.name').allTextContents();
    await expect.poll(() => names()).toEqual(['Morning', 'Morning (copy)']);
    await page.getByRole('button', { name: 'Drag Morning to another place' }).press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await until(async () => (await names()).join() === 'Morning (copy),Morning');
    await page.getByRole('button', { name: 'Actions for Morning', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Move to…' }).click();
    await page.getByRole('dialog').getByLabel('New place').selectOption('0');
    await page.getByRole('dialog').getByRole('button', { name: 'Move it' }).click();
    await until(async () => (await names()).join() === 'Morning,Morning (copy)');
    // What is taken out by mistake can be had back, and the keys are not lost with it.
    await page.getByRole('button', { name: 'Actions for Morning (copy)' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await until(async () => (await names()).join() === 'Morning');
    const neighbour = list.getByRole('button', { name: /^Morning/, expanded: false }).first();
    await expect.poll(() => neighbour.evaluate((it) => it.ownerDocument.activeElement === it)).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await names()).join() === 'Morning,Morning (copy)');
    await page.getByRole('button', { name: 'Discard' }).click();
    await until(async () => (await names()).join() === 'Morning');
    await page.getByRole('link', { name: /^Versions/ }).click();
    await page.getByRole('button', { name: 'Restore…' }).click();
    await page.getByRole('dialog').getByText('Removed Rule “Morning”').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('Version 3 is what version 1 was.').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Version 2' })
      .getByRole('button', { name: 'Restore…' })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('Version 4 is what version 2 was.').waitFor();
  });

  it('shows a clash instead of writing over what somebody else has published', async () => {
    const { id, definition } = await stored('Careful');
    await page.getByRole('link', { name: 'JSON' }).click();
    const json = page.getByLabel('Definition', { exact: true });
    await json.fill('{ "rules": [');
    await page.getByText(/is no JSON/i).waitFor();
    await json.fill(JSON.stringify({ ...definition, thresholds: { confidence: 0.5 } }));
    await ready.rest('PUT', `/admin/routing/rule-sets/${id}`, {
      definition: { ...definition, thresholds: { confidence: 0.7 } },
    });
    await page.getByRole('button', { name: 'Review and publish…' }).click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText(/has become version 5 since/).waitFor();
    await page.getByRole('button', { name: 'Go on editing' }).click();
    expect((await stored('Careful')).definition.thresholds).toEqual({ confidence: 0.7 });
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('tries it on a share, and switches back', async () => {
    await page.getByRole('link', { name: 'Rollout' }).click();
    await page.getByLabel('Percent of the conversations').fill('25');
    await page.getByRole('button', { name: 'Start trying it' }).click();
    await page.getByText('It decides for 25 % of the conversations').waitFor();
    await page.getByText('Tried on 25 %').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Put in force for all…' }).click();
    await page
      .getByRole('dialog', { name: 'Put Careful in force' })
      .getByText(/From the next request on/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Switch back for all' }).click();
    await page.getByText('It decides for no conversation yet.').waitFor();
    expect((await stored('Careful')).rolloutShare).toBeNull();
  });

  it('tests a prompt by two rule sets, and a request of the log', async () => {
    const { id } = await stored('Careful');
    await page.goto(`/routing/bench?set=${id}&against=force`);
    await page.getByLabel('Prompt', { exact: true }).fill('Good morning, how are you?');
    await page.getByText('Moves up', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'those in force' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('What is tried').focus();
    await page.getByRole('option', { name: /sim-/ }).first().waitFor({ state: 'attached' });
    await page.getByLabel('What is tried').selectOption({ index: 1 });
    await page.getByText('The log keeps no text').waitFor();
    await page.waitForURL(/request=/);
    await page.getByText(/could not be judged/i).waitFor();
    const refused = `/routing/bench?request=01930000-0000-7000-8000-00000000ffff`;
    await page.goto(refused);
    await page
      .getByRole('alert')
      .getByText(/request/)
      .waitFor();
  });

  it('decides recent traffic again and leads to its rows', async () => {
    const { id } = await stored('Default');
    await page.goto('/routing/traffic');
    await page.getByRole('heading', { name: 'No rule set chosen' }).waitFor();
    await page.getByLabel('Rule set', { exact: true }).selectOption(id);
    await page.getByText('Every request would go where it goes now.').waitFor();
    await expect.poll(() => page.url()).toContain(`set=${id}`);
    expect(await violations(page)).toEqual([]);
  });

  it('leads from a version to the requests that it decided, and from a decision to the others', async () => {
    const { id } = await stored('Default');
    const named = await fetch(`${stage.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sim-fast', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await named.arrayBuffer();
    const logged = async (autoRouted: boolean) =>
      (await ready.rest('GET', `/admin/dashboard/requests?autoRouted=${autoRouted}`)).total;
    await until(async () => (await logged(false)) === 1);
    const routed = await logged(true);
    expect(routed).toBeGreaterThan(0);
    const rows = page.getByRole('row').filter({ hasText: 'sim-' });
    await page.goto(`/routing/${id}?tab=versions`);
    await page.getByRole('link', { name: 'Requests decided by version 1' }).click();
    const chips = page.getByRole('list', { name: 'Filters in force' });
    await chips.getByText('Rule set: Default, version 1').waitFor();
    expect(new URL(page.url()).searchParams.get('ruleset')).toBe(`${id}@1`);
    await expect.poll(() => rows.count()).toBe(routed);
    expect(await violations(page)).toEqual([]);
    await rows.first().click();
    const dock = page.getByRole('region', { name: 'Request', exact: true });
    await dock.getByRole('link', { name: 'Routing', exact: true }).click();
    await page.getByRole('link', { name: 'its requests' }).waitFor();
    expect(await page.getByRole('link', { name: 'its requests' }).getAttribute('href')).toBe(
      `/requests?${new URLSearchParams({ ruleset: `${id}@1`, range: '24h' })}`,
    );
    // A version that is not there has decided nothing; the filter offers those that are.
    await page.goto(`/requests?ruleset=${id}@99`);
    await page.getByText('Rule set: Default, version 99').waitFor();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByPlaceholder(/A value/).fill('ruleset:default');
    await page.getByRole('option', { name: 'Default', exact: true }).click();
    await chips.getByText('Rule set: Default', { exact: true }).waitFor();
    await expect.poll(() => rows.count()).toBe(routed);
    await page.goto(`/routing/${id}?tab=rollout`);
    await page.getByRole('link', { name: /requests of Default, version 1$/ }).click();
    await page.waitForURL(/\/requests\?ruleset=.*range=7d/);
  });

  it('opens the rule that an address names', async () => {
    const { id } = await stored('Default');
    await page.goto(`/routing/${id}?role=Lawyer`);
    await page.getByRole('button', { name: /^Lawyer/, expanded: true }).waitFor();
    expect(await page.getByLabel('Keywords').inputValue()).toContain('paralegal');
  });

  it('fits a phone, in the dark', async () => {
    const { id } = await stored('Careful');
    const small = await openTab(browser, stage.url, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    await signIn(small.page, stage.url);
    for (const path of [
      '/routing',
      `/routing/${id}?rule=1`,
      `/routing/${id}?tab=settings`,
      '/routing/bench',
      '/routing/traffic',
    ]) {
      await small.page.goto(path);
      await small.page.getByRole('heading', { level: 1 }).waitFor();
      await small.page.getByText('Loading').first().waitFor({ state: 'detached' });
      expect([path, await overflow(small.page)]).toEqual([path, 0]);
      expect([path, await violations(small.page)]).toEqual([path, []]);
    }
    expect(small.complaints).toEqual([]);
    await small.page.context().close();
  });

  it('deletes by name, and not what is in force', async () => {
    await page.goto('/routing');
    await page.getByRole('button', { name: 'Actions for Default' }).click();
    await page.getByRole('menuitem', { name: /Delete/, disabled: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Actions for Careful' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByLabel('Type “Careful” to confirm').fill('Careful');
    await page.getByRole('button', { name: 'Delete rule set' }).click();
    await page.getByText('Careful is deleted.').waitFor();
    expect(await stored('Careful')).toBeUndefined();
  });

  it('is no page for those who may not see rule sets', async () => {
    const finops = { username: 'fin', password: 'a long enough password', role: 'FINOPS' };
    await createUser(stage.url, finops);
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, finops);
    await other.page.goto('/routing');
    await other.page.getByRole('heading', { name: 'Not for this role' }).first().waitFor();
    expect(await other.page.getByRole('link', { name: 'Routing' }).count()).toBe(0);
    await other.page.context().close();
  });

  it('complained about nothing', () => {
    expect(tab.complaints).toEqual([]);
  });
});
