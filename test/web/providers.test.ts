import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, type Tab, violations } from './browser.ts';
import { expectGoodLooks } from './looks.ts';
import { ADMIN, answered, chat, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { counted } from './traffic.ts';

/** A server of one's own that speaks OpenAI's protocol; what it lists and which key it takes is up to the test. */
interface House {
  readonly origin: string;
  models: readonly object[];
  key: string;
  close(): Promise<void>;
}

async function openHouse(): Promise<House> {
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const answer = (status: number, body: unknown) =>
        res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (req.headers.authorization !== `Bearer ${house.key}`) {
        const hint = 'The key of this house is asked for at the door.';
        return answer(401, {
          error: { message: `Incorrect API key ${String(req.headers.authorization)}`, hint },
        });
      }
      if (req.url === '/v1/models') return answer(200, { data: house.models });
      if (req.url !== '/v1/chat/completions') return answer(404, { error: { message: 'no such path' } });
      const { model, stream } = JSON.parse(Buffer.concat(chunks).toString());
      const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
      const message = { role: 'assistant', content: 'Good morning from the house.' };
      if (stream !== true) {
        const choices = [{ index: 0, message, finish_reason: 'stop' }];
        return answer(200, { id: 'a', object: 'chat.completion', model, choices, usage });
      }
      const delta = { index: 0, delta: { content: 'ok' }, finish_reason: 'stop' };
      const event = { id: 'a', object: 'chat.completion.chunk', model, choices: [delta], usage };
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      return res.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const house: House = {
    origin: `http://127.0.0.1:${port}`,
    models: [{ id: 'house-small', context_length: 8000 }, { id: 'house-large' }],
    key: 'sk-house-of-models',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return house;
}

const keyBox = (page: Page) => page.getByRole('textbox', { name: /^API key/ });

/** In order: each goes on where the one before stopped. */
describe.skipIf(!hasBrowser())('providers', () => {
  let stage: Stage;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  let ready: Ready;
  let house: House;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    house = await openHouse();
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
    await stage?.stop();
  });

  const steps = () => page.getByRole('list', { name: 'Steps of the check' }).getByRole('listitem');

  it('shows how each is, what it did and what it cost, and leads to its requests', async () => {
    expect(await answered(() => chat(stage.url, ready.apiKey))).toBe(200);
    await counted(stage.url, ready.token, 1);
    await page.goto('/providers');
    const row = page.getByRole('row').filter({ hasText: 'Simulator' });
    await row.getByText('Connected').waitFor();
    await row.getByText(/since/).waitFor();
    await row.getByRole('img', { name: 'Simulator, last 24 hours: 1 request, 0 errors' }).waitFor();
    const requests = row.getByRole('link', { name: '1', exact: true });
    await expect.poll(() => requests.getAttribute('href')).toBe('/requests?range=24h&provider=simulator');
    await page.getByRole('link', { name: '7 days' }).click();
    await page.waitForURL(/period=7d/);
    await page.goBack();
    await expect.poll(() => page.url()).not.toContain('period');
  });

  it('mends an address as it is typed, says so, and can take that back', async () => {
    await page.goto('/providers/new');
    await page.getByRole('link', { name: 'OpenAI-compatible' }).click();
    const address = page.getByLabel('Base URL');
    await address.fill(`${house.origin.replace('http://', '')}/v1/chat/completions`);
    await page.getByText(`Becomes ${house.origin}/v1`).waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(() => address.inputValue()).toBe(`${house.origin}/v1`);
    await page.locator('.help').getByText('Added http://; left out /chat/completions.').waitFor();
    await page.getByRole('button', { name: 'Keep what was typed' }).click();
    await expect.poll(() => address.inputValue()).toContain('/chat/completions');
    await address.fill(house.origin.replace('http:', 'https:'));
  });

  it('checks the settings before they are stored, step by step, and mends what it can', async () => {
    await page.getByLabel('Name', { exact: true }).fill('House');
    await keyBox(page).fill('sk-wrong');
    await page.getByRole('button', { name: 'Check first' }).click();
    // TLS is not spoken there: one press changes the address and checks again.
    await page.getByRole('button', { name: 'Use http://' }).click();
    await expect.poll(() => page.getByLabel('Base URL').inputValue()).toBe(house.origin);
    await steps().filter({ hasText: 'Credentials' }).waitFor();
    await page.getByText('What the provider answered').click();
    await page.getByText('asked for at the door').waitFor();
    expect(await page.content()).not.toContain('Bearer sk-wrong');
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await until(async () => (await page.evaluate('document.activeElement?.dataset.path')) === 'auth.apiKey');
    await keyBox(page).fill(house.key);
    await page.getByRole('button', { name: 'Check first' }).click();
    await page.getByText('Everything works').waitFor();
    expect(await steps().count()).toBe(8);
    const { length } = await ready.rest('GET', '/admin/providers');
    expect(length).toBe(1);
  });

  it('puts what is wrong beside its field, and asks before a half-filled form is left', async () => {
    const address = page.getByLabel('Base URL');
    await address.fill('ftp://files.example.com');
    await page.getByRole('button', { name: 'Add provider' }).click();
    await page.locator('[data-path=baseUrl][aria-invalid=true]').waitFor();
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /stay/i }).click();
    await expect.poll(() => page.url()).toContain('/providers/new');
    await address.fill(house.origin);
    await page.getByRole('button', { name: 'Add provider' }).click();
    await page.getByRole('heading', { name: 'House', level: 1 }).waitFor();
    expect(await page.content()).not.toContain(house.key);
  });

  it('shows what the provider lists before any of it is taken over', async () => {
    await page.getByRole('link', { name: 'Discover models' }).click();
    await page.getByRole('heading', { name: 'What the provider lists' }).waitFor();
    await page.getByLabel('house-large').uncheck();
    await page.getByRole('button', { name: 'Take over 1 change' }).click();
    await page.getByRole('link', { name: 'house-small' }).waitFor();
    expect(await page.getByRole('link', { name: 'house-large' }).count()).toBe(0);
  });

  it('tells the new, the changed and the gone, and keeps what was set by hand', async () => {
    const { providers } = (await graphql('{ providers { id slug } }')).data;
    const { id } = providers.find(({ slug }: { slug: string }) => slug === 'house');
    await ready.rest('PATCH', `/admin/providers/${id}/models/house-small`, { inputPer1M: 1, outputPer1M: 2 });
    const pricing = { prompt: '0.000003', completion: '0.000004' };
    house.models = [
      { id: 'house-small', context_length: 16000, pricing },
      { id: 'house-new', context_length: 32000, pricing },
    ];
    await page.goto(`/providers/${id}/models?discover=1`);
    const changed = page.getByRole('listitem').filter({ hasText: 'house-small' });
    await changed.getByText('price or window').waitFor();
    expect((await changed.textContent())?.replaceAll(/\s+/g, ' ')).toMatch(/window was 8,000 ?→ becomes 16k/);
    await changed.getByText('by hand and kept: prices').waitFor();
    await page.getByRole('button', { name: 'Take over 2 changes' }).click();
    await page.getByRole('link', { name: 'house-new' }).waitFor();
    const small = page.getByRole('row').filter({ hasText: 'house-small' });
    await expect.poll(() => small.textContent()).toMatch(/16k.*\$1\.00.*\$2\.00.*own/s);
    house.models = [{ id: 'house-new', context_length: 32000, pricing }];
    await page.getByRole('button', { name: 'Discover models' }).click();
    await page.getByRole('checkbox', { name: /Gone/ }).waitFor();
    await page.getByRole('button', { name: 'Take over 1 change' }).click();
    await small.getByText('Gone').waitFor();
    await page.getByRole('button', { name: 'Discover models' }).click();
    await page.getByRole('heading', { name: 'Nothing has changed' }).waitFor();
  });

  it('asks a model something, and says how long it took, its tokens and its cost', async () => {
    await page.getByRole('link', { name: 'Overview', exact: true }).last().click();
    await page.getByLabel('Model', { exact: true }).selectOption('house-new');
    await page.getByRole('textbox', { name: 'Message' }).press('Control+Enter');
    await page.getByText('Good morning from the house.').waitFor();
    const answer = (await page.locator('.answer').textContent()) ?? '';
    expect(answer).toMatch(/Tokens in\s*12/);
    expect(answer).toMatch(/Tokens out\s*5/);
    // 12 × 3 + 5 × 4, for a million each.
    expect(answer).toMatch(/Cost\s*\$0\.000056/);
  });

  it('saves only what was changed, keeps the secret, and asks for it again for another address', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('group', { name: 'API key' }).getByText('Set').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('The house');
    await page.getByText('1 unsaved change').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'The house', level: 1 }).waitFor();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('Everything works').waitFor();
    await page.getByLabel('Base URL').fill('https://elsewhere.example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/Must be given again/i).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(() => page.getByLabel('Base URL').inputValue()).toBe(house.origin);
  });

  it('shows a clash with what somebody else has saved meanwhile', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    const { providers } = (await graphql('{ providers { id slug } }')).data;
    const { id } = providers.find(({ slug }: { slug: string }) => slug === 'house');
    await ready.rest('PUT', `/admin/providers/${id}`, { name: 'Theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    const note = page.getByRole('alert');
    await note.getByText('Somebody else has saved this provider').waitFor();
    expect(await note.textContent()).toMatch(/Name.*Theirs\s*Theirs.*Yours\s*Mine/s);
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await page.getByRole('heading', { name: 'Theirs', level: 1 }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Theirs');
    // Of what only one has changed both stand.
    await page.getByText('Timeouts, in milliseconds').click();
    await page.getByLabel('Connecting').fill('4000');
    await ready.rest('PUT', `/admin/providers/${id}`, { slug: 'their-house' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
    await expect.poll(() => page.getByLabel('Short name').inputValue()).toBe('their-house');
    const stored = (await graphql('{ providers { slug config { options } } }')).data.providers;
    expect(stored.find(({ slug }: { slug: string }) => slug === 'their-house').config.options).toMatchObject({
      timeouts: { connectMs: 4000 },
    });
    await ready.rest('PUT', `/admin/providers/${id}`, { slug: 'house' });
  });

  it('says that a secret was perhaps replaced meanwhile, and shows none', async () => {
    const { providers } = (await graphql('{ providers { id slug } }')).data;
    const { id } = providers.find(({ slug }: { slug: string }) => slug === 'house');
    const replace = page.getByRole('button', { name: 'Replace API key' });
    const field = page.getByLabel('API key', { exact: true });
    await replace.click();
    await field.fill('sk-mine');
    await ready.rest('PUT', `/admin/providers/${id}`, { config: { auth: { apiKey: 'sk-theirs' } } });
    await page.getByRole('button', { name: 'Save' }).click();
    const note = page.getByRole('alert');
    await note.getByText('Somebody else has saved this provider').waitFor();
    const said = (await note.textContent()) ?? '';
    expect(said).toMatch(/API key.*Theirs\s*perhaps a new one, too.*Yours\s*a new one/s);
    expect(said).not.toContain('sk-');
    expect(await violations(page)).toEqual([]);
    await note.getByRole('button', { name: 'Take theirs' }).click();
    await note.waitFor({ state: 'detached' });
    await replace.waitFor();
    expect(await page.getByText('unsaved change').count()).toBe(0);
    await replace.click();
    await field.fill(house.key);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('unsaved change').waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('Everything works').waitFor();
  });

  it('says what fails, why and since when, and switches off and on with an undo', async () => {
    house.key = 'sk-another';
    await page.goto('/providers');
    await page.getByRole('button', { name: 'Check all' }).click();
    await page.getByText('1 of 2 failed').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Theirs' });
    await row.getByText('Failing').waitFor();
    await row.getByText(/Incorrect API key/).waitFor();
    await row.getByRole('button', { name: 'Actions for Theirs' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Switch off' }).click();
    await row.getByText('Switched off').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Failing').waitFor();
    expect(await row.getByText('Switched off').count()).toBe(0);
  });

  it('says what goes with a provider before it is deleted by name', async () => {
    const row = page.getByRole('row').filter({ hasText: 'Simulator' });
    await row.getByRole('button', { name: 'Actions for Simulator' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText(/1 tenant loses it at once: Acme/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('row').filter({ hasText: 'Theirs' }).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText(/2 models go with it\. No tenant uses it/).waitFor();
    await page.getByLabel('Type “Theirs” to confirm').fill('Theirs');
    await page.getByRole('button', { name: 'Delete provider' }).click();
    await row.waitFor();
    await until(async () => (await page.getByRole('row').filter({ hasText: 'Theirs' }).count()) === 0);
    expect(await page.getByRole('row').filter({ hasText: 'Theirs' }).count()).toBe(0);
  });

  it('fits every screen, in both themes, and axe finds nothing', async () => {
    const heading = (name: string) => (other: Page) => other.getByRole('heading', { name }).first().waitFor();
    const base = `/providers/${ready.providerId}`;
    await expectGoodLooks(browser, stage.url, [
      ['/providers', (other) => other.getByText('Connected').first().waitFor()],
      ['/providers/new?type=openrouter', (other) => keyBox(other).waitFor()],
      [base, heading('Test message')],
      [`${base}/models?discover=1`, heading('Nothing has changed')],
      [`${base}/settings`, (other) => other.getByLabel('Short name').waitFor()],
      [
        `${base}/history`,
        (other) =>
          other
            .getByText(/added the provider/)
            .first()
            .waitFor(),
      ],
    ]);
  }, 600_000);

  it('is not for those who look after money', async () => {
    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'ledger', password: ADMIN.password });
    await other.page.goto('/providers');
    await other.page.getByRole('heading', { name: 'Not for this role' }).waitFor();
    expect(await other.page.getByRole('link', { name: 'Add provider' }).count()).toBe(0);
    await other.page.context().close();
  });

  it('shows the next step where there is none', async () => {
    await ready.rest('DELETE', `/admin/providers/${ready.providerId}`);
    await page.goto('/providers');
    await page.getByRole('heading', { name: 'No provider yet' }).waitFor();
    await page.goto('/models');
    await page.getByRole('heading', { name: 'No models yet' }).waitFor();
    await page.goto(`/providers/${ready.providerId}`);
    await page.getByRole('heading', { name: 'There is no such provider' }).waitFor();
    expect(await page.getByRole('link', { name: 'See all providers' }).getAttribute('href')).toBe(
      '/providers',
    );
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });

  // A test reads answers of many shapes; what it expects of them is what it asserts.
  // oxlint-disable-next-line typescript/no-explicit-any
  async function graphql(query: string): Promise<any> {
    const response = await fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ready.token}` },
      body: JSON.stringify({ query }),
    });
    return await response.json();
  }
});
