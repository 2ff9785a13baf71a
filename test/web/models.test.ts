import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, type Tab } from './browser.ts';
import { expectGoodLooks } from './looks.ts';
import { answered, chat, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { counted } from './traffic.ts';

/** In order: each goes on where the one before stopped. */
describe.skipIf(!hasBrowser())('models', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let ready: Ready;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, {
      modelConfig: { aliases: { best: 'sim-fast' } },
    });
    for (const modelId of ['gpt-4o', 'claude-opus-4-5']) await create(modelId);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
    expect(await answered(() => chat(stage.url, ready.apiKey))).toBe(200);
    await counted(stage.url, ready.token, 1);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const row = (modelId: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: modelId, exact: true }) });
  const stored = async (modelId: string) => {
    const models = await ready.rest('GET', '/admin/providers/models/all');
    return models.find((model: { modelId: string }) => model.modelId === modelId);
  };
  /** A model that its provider does not list. */
  const create = async (modelId: string): Promise<void> => {
    const query = `mutation ($providerId: ID!, $input: CreateModelInput!) {
      createModel(providerId: $providerId, input: $input) { __typename }
    }`;
    const response = await fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
      body: JSON.stringify({ query, variables: { providerId: ready.providerId, input: { modelId } } }),
    });
    expect(await response.text()).toContain('"ProviderModel"');
  };

  it('lists the models of all providers with what they cost, can and did, and where they are named', async () => {
    await page.goto('/models?group=none&sort=name');
    await row('sim-fast').getByText('=best').waitFor();
    const text = (await row('sim-fast').textContent()) ?? '';
    expect(text).toContain('Simulator');
    expect(text).toMatch(/\$\d/);
    const requests = row('sim-fast').getByRole('link', { name: '1', exact: true });
    await expect
      .poll(() => requests.getAttribute('href'))
      .toBe('/requests?range=7d&provider=simulator&model=sim-fast');
    expect(await row('gpt-4o').textContent()).toMatch(/87.*90.*77.*60/s);
    await row('gpt-4o').getByTitle('Sees images').waitFor();
  });

  it('is found by name and by alias, and the address says what is shown', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('best');
    await page.waitForURL(/q=best/);
    await until(async () => (await page.getByRole('row').count()) === 2);
    await row('sim-fast').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const [columns, first, ...others] = readFileSync(await (await saved).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect([columns, first, others.length]).toEqual([
      expect.stringContaining('provider,modelId,name'),
      expect.stringContaining('simulator,sim-fast,'),
      0,
    ]);
    await page.reload();
    await row('sim-fast').waitFor();
    await page.getByLabel('Find a model by id, name, family or alias').fill('nothing like it');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByText('No tier: not chosen by the router').or(row('gpt-4o')).first().waitFor();
    await page.goto('/models?group=none&sort=name');
    await expect.poll(() => page.url()).toContain('group=none');
  });

  it('changes a price in its place: with an undo, and with the error at the cell', async () => {
    await row('gpt-4o')
      .getByRole('button', { name: /^Input price of gpt-4o/ })
      .click();
    const cell = page.getByRole('textbox', { name: 'Input price of gpt-4o' });
    await cell.fill('cheap');
    await cell.press('Enter');
    await page.getByText('Write a price such as 2.50').waitFor();
    await cell.fill('9999999999');
    await cell.press('Enter');
    await page.getByRole('row').getByRole('alert').waitFor();
    await cell.press('Escape');
    await row('gpt-4o')
      .getByRole('button', { name: /^Input price of gpt-4o/ })
      .press('Enter');
    await cell.fill('3.25');
    await cell.press('Enter');
    await row('gpt-4o')
      .getByRole('button', { name: 'Input price of gpt-4o: $3.25 own, set by hand. Change' })
      .waitFor();
    await until(async () => (await stored('gpt-4o')).inputPer1M === 3.25);
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await stored('gpt-4o')).manualPricing === false);
    expect(await row('gpt-4o').getByText('own', { exact: true }).count()).toBe(0);
  });

  it('sets the tier by a digit on the row; the list keeps its order until it is sorted again', async () => {
    await page.goto('/models');
    await row('sim-fast').getByRole('link', { name: 'sim-fast' }).focus();
    const order = () =>
      page
        .getByRole('row')
        .getByRole('link')
        .filter({ hasText: /^sim-|^gpt|^claude/ })
        .allTextContents();
    const before = await order();
    await page.keyboard.press('8');
    await page.getByText('sim-fast is critical now').waitFor();
    expect((await stored('sim-fast')).tier).toBe('critical');
    expect(await order()).toEqual(before);
    await page.getByRole('button', { name: 'Sort again' }).click();
    await page.getByRole('cell', { name: /^Critical/ }).waitFor();
    expect((await order())[0]).toBe('sim-fast');
  });

  it('goes from row to row with the arrows', async () => {
    await page.goto('/models?group=none&sort=name');
    await row('claude-opus-4-5').getByRole('link', { name: 'claude-opus-4-5' }).focus();
    await page.keyboard.press('ArrowDown');
    await until(async () => (await page.evaluate('document.activeElement?.textContent')) === 'gpt-4o');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('gpt-4o');
  });

  it('hides many at once, with one undo', async () => {
    await page.goto('/models?group=none&sort=name&q=sim-');
    await row('sim-fast').waitFor();
    const first = page.getByRole('checkbox', { name: /^Choose sim-/ }).first();
    await first.click();
    await page
      .getByRole('checkbox', { name: /^Choose sim-/ })
      .nth(2)
      .click({ modifiers: ['Shift'] });
    const bar = page.getByRole('region', { name: 'Chosen models' });
    await bar.getByText('3 models').waitFor();
    await bar.getByRole('button', { name: /^Choose all \d+ matching/ }).click();
    const count = Number(/\d+/.exec((await bar.textContent()) ?? '')?.[0]);
    expect(count).toBeGreaterThan(3);
    await bar.getByRole('button', { name: 'Hide' }).click();
    await page.getByText(`${count} models are hidden`).waitFor();
    await page.getByRole('link', { name: `Hidden ${count}` }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Hidden 0' }).waitFor();
    expect((await stored('sim-fast')).visible).toBe(true);
  });

  it('opens a model whole, takes a suggestion over and tells where it is named', async () => {
    await ready.rest('PATCH', `/admin/providers/${ready.providerId}/models/gpt-4o`, { tier: 'micro' });
    await page.goto('/models?group=none&sort=name');
    await row('gpt-4o').getByRole('link', { name: 'gpt-4o' }).click();
    const drawer = page.getByRole('dialog', { name: 'gpt-4o' });
    await drawer.getByRole('button', { name: 'Take over: Tier' }).click();
    await drawer.getByText('Everything is as the catalog has it.').waitFor();
    await until(async () => (await stored('gpt-4o')).tier === 'medium');
    await drawer.getByLabel('Notes').fill('For the whole house');
    await page.keyboard.press('Tab');
    await until(async () => (await stored('gpt-4o')).notes === 'For the whole house');
    await drawer.getByLabel('Priority').fill('101');
    await page.keyboard.press('Tab');
    await drawer.locator('[aria-invalid=true]').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).not.toContain('model=');
    await page.goto('/models?model=simulator/sim-fast');
    await page.getByRole('dialog', { name: 'sim-fast' }).getByText('“best” of Acme means it').waitFor();
  });

  it('moves models between tiers and within them: by menu, by keys and by hand', async () => {
    await page.goto('/models?view=tiers');
    const column = (name: string) =>
      page.getByRole('list', { name: `Models of the tier ${name}, best first` });
    const cards = (name: string) => column(name).getByRole('link').allTextContents();
    await column('Medium').getByRole('link', { name: 'gpt-4o' }).waitFor();
    await column('Medium').getByRole('button', { name: 'Move gpt-4o of Simulator' }).click();
    await page.getByRole('menuitem', { name: 'To high' }).click();
    await column('High').getByRole('link', { name: 'gpt-4o' }).waitFor();
    await page.keyboard.press('Escape');

    await column('High').getByRole('link', { name: 'gpt-4o' }).focus();
    await page.keyboard.press('7');
    await column('Ultra').getByRole('link', { name: 'gpt-4o' }).waitFor();
    await until(async () => (await page.evaluate('document.activeElement?.textContent')) === 'gpt-4o');
    const before = await cards('Ultra');
    expect(before.length).toBeGreaterThan(1);
    await page.keyboard.press(before[0] === 'gpt-4o' ? 'Alt+ArrowDown' : 'Alt+ArrowUp');
    await until(async () => (await cards('Ultra')).join() !== before.join());
    await until(async () => (await stored('gpt-4o')).tier === 'ultra');

    const handle = column('Ultra')
      .locator('li')
      .filter({ hasText: 'gpt-4o' })
      .getByRole('button', { name: 'Drag gpt-4o' });
    const target = column('Critical').locator('li').first();
    await target.scrollIntoViewIfNeeded();
    const from = await handle.boundingBox();
    const to = await target.boundingBox();
    if (from === null || to === null) throw new Error('nothing to drag');
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 30, from.y + 20, { steps: 4 });
    await page.mouse.move(to.x + 40, to.y + 10, { steps: 12 });
    // Its place is kept free, unseen, as long as the card is held.
    await column('Critical').locator('li').filter({ hasText: 'gpt-4o' }).waitFor({ state: 'attached' });
    await page.mouse.up();
    await until(async () => (await stored('gpt-4o')).tier === 'critical');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await until(async () => (await stored('gpt-4o')).tier === 'ultra');
  });

  it('adds a model that its provider does not list', async () => {
    await page.goto('/models');
    await page.getByRole('button', { name: 'Add by hand' }).click();
    await page.getByLabel('Model id').fill('sim-fast');
    await page.getByRole('button', { name: 'Add model' }).click();
    await page.locator('input[aria-invalid=true]').waitFor();
    await page.getByLabel('Model id').fill('my/own:model');
    await page.getByRole('button', { name: 'Add model' }).click();
    await page.getByRole('dialog', { name: 'my/own:model' }).getByText('added by hand').waitFor();
    await expect.poll(() => page.url()).toContain('model=');
  });

  it('fits every screen, in both themes, and axe finds nothing', async () => {
    const shown = (other: Page) => other.getByRole('link', { name: 'gpt-4o', exact: true }).first().waitFor();
    await expectGoodLooks(browser, stage.url, [
      ['/models?group=none&sort=name', shown],
      ['/models?view=tiers', (other) => other.getByRole('list', { name: /tier Ultra/ }).waitFor()],
      [
        '/models?model=simulator/gpt-4o',
        (other) =>
          other
            .getByText(/catalog has it|^From /)
            .first()
            .waitFor(),
      ],
    ]);
  }, 600_000);

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints.filter((text) => !text.includes('status of 4'))).toEqual([]);
  });
});
