import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, frame, startUpstream, type ScriptedUpstream } from '../gateway/upstream.ts';
import { hasBrowser, launch, openTab, violations, type Tab } from './browser.ts';
import { expectGoodLooks } from './looks.ts';
import { ADMIN, chat, createUser, until } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

/** Everything that an answer may try, beside what is to be shown. */
const HOSTILE = [
  '# Title',
  'Some **bold** and `code`.',
  '<script>window.hacked = 1</script>',
  '<img src="http://tracker.invalid/a.png" onerror="window.hacked = 2">',
  '![pixel](http://tracker.invalid/b.png)',
  '[run](javascript:window.hacked=3) [away](//evil.invalid/x) [data](data:text/html,x) [good](https://example.com/a)',
  '<iframe src="http://tracker.invalid/"></iframe><style>body{display:none}</style>',
  '<form action="http://tracker.invalid/"><input name="p"></form><svg onload="window.hacked = 4"></svg>',
  '<a href="https://example.com" onclick="window.hacked = 5" style="position:fixed">raw</a>',
  '```js',
  'const <b>answer</b> = 42;',
  '```',
  '| a | b |',
  '|---|---|',
  '| 1 | 2 |',
]
  .join('\n\n')
  .replace('```js\n\n', '```js\n')
  .replace('42;\n\n```', '42;\n```')
  .replaceAll('|\n\n|', '|\n|');

describe.skipIf(!hasBrowser())('the playground', () => {
  let stage: Stage;
  let upstream: ScriptedUpstream;
  let browser: Browser;
  let ready: Ready;
  let tab: Tab;
  let page: Page;
  let asked: string[];

  beforeAll(async () => {
    upstream = await startUpstream(['gpt-4o-mini']);
    stage = await openStage();
    ready = await setUp(stage.url);
    const provider = await ready.rest('POST', '/admin/providers', {
      name: 'Upstream',
      type: 'openai',
      config: { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: 'sk-upstream' } },
    });
    await ready.rest('POST', `/admin/providers/${provider.id}/discover`);
    await ready.rest('PUT', `/admin/tenants/${ready.tenantId}`, {
      providerIds: [ready.providerId, String(provider.id)],
    });
    await ready.rest('PUT', '/admin/system/log-config', { promptLogging: true });
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await signIn(page, stage.url);
    await until(async () => (await chat(stage.url, ready.apiKey)) === 200);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
    await upstream?.close();
  });

  const column = (number: number) => page.getByRole('region', { name: `Column ${number}` });
  const answered = (number: number) =>
    column(number).getByText('Answered', { exact: true }).waitFor({ state: 'attached', timeout: 60_000 });

  async function open(models: readonly string[]): Promise<void> {
    await page.goto(`/playground?tenant=${ready.tenantId}&${models.map((model) => `m=${model}`).join('&')}`);
    await page.getByRole('button', { name: 'Run all' }).waitFor();
  }

  it('asks several models at once and tells what each took', async () => {
    await page.goto('/playground');
    await page.waitForURL(/tenant=/);
    await page.getByRole('button', { name: 'Add column' }).click();
    const second = page.getByRole('combobox', { name: 'Model 2' });
    await second.fill('sim-ch');
    await page.getByRole('option', { name: /^sim-chat/ }).click();
    await page.waitForURL(/m=auto&m=sim-chat/);
    await page.getByLabel('Message 1', { exact: true }).fill('Write a function in Python that sorts a list.');
    await page.keyboard.press('Control+Enter');
    await answered(1);
    await answered(2);
    for (const number of [1, 2]) {
      const text = (await column(number).textContent()) ?? '';
      expect(text).toMatch(/First token\s*\d+ ms/);
      expect(text).toMatch(/Tokens\s*\d+ in, \d+ out/);
      expect(text).toMatch(/Cost\s*\$0\.0/);
    }
    await expect.poll(() => column(1).textContent()).toMatch(/Route\s*[\w ]+, tier \w+, \d+ % sure/);
    expect(await column(2).textContent()).not.toContain('Route');
  });

  it('leads from an answer to its row in the log', async () => {
    const link = column(2).getByRole('link');
    const id = (await link.textContent()) ?? '';
    await expect.poll(() => link.getAttribute('href')).toContain(id);
    await until(async () => {
      const { requests = [] } = await ready.rest('GET', '/admin/dashboard/requests').catch(() => ({}));
      return JSON.stringify(requests).includes(id);
    });
  });

  it('keeps what is typed, and goes on from an answer', async () => {
    await column(2).getByRole('button', { name: 'Go on from this answer' }).click();
    await page.getByLabel('Message 3', { exact: true }).fill('And now in Rust.');
    await page.reload();
    await page.getByLabel('Message 3', { exact: true }).waitFor();
    expect(await page.getByLabel('Message 3', { exact: true }).inputValue()).toBe('And now in Rust.');
    expect(await page.getByLabel('Role of message 2').inputValue()).toBe('assistant');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.getByLabel('Message 1', { exact: true }).inputValue()).toBe('');
    await page.getByText('Write a message first.').waitFor();
  });

  it('shows Markdown, and nothing that loads or runs', async () => {
    upstream.respond = answer(HOSTILE);
    await open(['gpt-4o-mini']);
    await page.getByLabel('Message 1', { exact: true }).fill('Try me.');
    asked.length = 0;
    await page.getByRole('button', { name: 'Run all' }).click();
    await answered(1);
    const shown = page.locator('.markdown');
    await shown.getByRole('heading', { name: 'Title' }).waitFor();
    await shown.getByRole('group', { name: 'Code, js' }).waitFor();
    expect(await shown.getByRole('group', { name: 'Code, js' }).textContent()).toBe(
      'const <b>answer</b> = 42;',
    );
    await expect.poll(() => shown.getByRole('button', { name: 'Copy the code' }).count()).toBe(1);
    expect(await shown.getByRole('cell', { name: '2' }).count()).toBe(1);
    const tags: unknown = await shown.evaluate((root) => [
      ...new Set(
        [...root.querySelectorAll('script,img,iframe,style,form,input,object,embed,link,meta')].map(
          (it) => it.tagName,
        ),
      ),
    ]);
    expect(tags).toEqual([]);
    const attributes: unknown = await shown.evaluate((root) =>
      [...root.querySelectorAll('*')]
        .flatMap((it) => [...it.attributes].map(({ name }) => name))
        .filter((name) => /^(on|style|src)/.test(name)),
    );
    expect(attributes).toEqual([]);
    const links: unknown = await shown.evaluate((root) =>
      [...root.querySelectorAll('a')].map((it) => [
        it.textContent,
        it.getAttribute('href'),
        it.getAttribute('rel'),
      ]),
    );
    const rel = 'noopener noreferrer nofollow';
    expect(links).toEqual([
      ['pixel', 'http://tracker.invalid/b.png', rel],
      ['run', null, rel],
      ['away', null, rel],
      ['data', null, rel],
      ['good', 'https://example.com/a', rel],
    ]);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(asked.filter((url) => !url.startsWith(stage.url))).toEqual([]);
  });

  it('stops an answer, at the provider, too', async () => {
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('gpt-4o-mini', { role: 'assistant', content: 'Once upon a time' }));
    };
    await page.getByRole('button', { name: 'Run all' }).click();
    await column(1).getByText('Once upon a time').waitFor();
    await page.getByRole('button', { name: 'Stop column 1' }).click();
    await column(1)
      .getByText(/^Stopped\. What was made/)
      .waitFor();
    await until(() => Promise.resolve(upstream.received.at(-1)?.outcome === 'aborted'));
    expect(await column(1).getByRole('alert').count()).toBe(0);
    upstream.respond = answer('Hello!');
  });

  it('shows an error where the answer would be', async () => {
    await open(['no-such-model', 'sim-error-500']);
    await page.getByLabel('Message 1', { exact: true }).fill('Hello');
    await page.getByRole('button', { name: 'Run all' }).click();
    await column(1).getByRole('alert').waitFor();
    await column(2).getByRole('alert').waitFor();
    expect(await column(1).getByRole('alert').textContent()).toContain('no-such-model');
  });

  it('has the request and the response as JSON, and a line for the shell', async () => {
    await open(['gpt-4o-mini']);
    await column(1).getByText('Parameters').click();
    await column(1).getByLabel('Temperature').fill('0.3');
    await page.getByLabel('Message 1', { exact: true }).fill('Hello');
    await page.getByRole('button', { name: 'Run all' }).click();
    await answered(1);
    await column(1).getByText('Request and response as JSON').click();
    const request =
      (await column(1).getByRole('group', { name: 'Request', exact: true }).textContent()) ?? '';
    expect(JSON.parse(request)).toEqual({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0.3,
    });
    await expect
      .poll(() => column(1).getByRole('group', { name: 'Response, chunk by chunk' }).textContent())
      .toContain('cost_info');
    await column(1).getByText('curl', { exact: true }).click();
    await expect
      .poll(() => column(1).getByRole('group', { name: 'curl command' }).textContent())
      .toContain('/api/acme/v1/chat/completions');
  });

  it('takes a logged request that can be read', async () => {
    const id = (await column(1).getByRole('link').textContent()) ?? '';
    await page.getByRole('button', { name: 'Clear' }).click();
    await until(async () => {
      await page.goto(`/playground?request=${id}`);
      const message = page.getByLabel('Message 1', { exact: true });
      await message.waitFor();
      await page.waitForLoadState('networkidle');
      return (await message.inputValue()) === 'Hello';
    }, 20_000);
    await page.waitForURL(new RegExp(`tenant=${ready.tenantId}`));
    expect(await page.getByRole('combobox', { name: 'Model 1' }).inputValue()).toBe('gpt-4o-mini');
    await page.goto('/playground?request=01930000-0000-7000-8000-000000000000');
    await page.getByText('There is no such request, or not any more.').waitFor();
  });

  it('tells beside an answer what rules that are not in force would have done', async () => {
    const set = await ready.rest('POST', '/admin/routing/rule-sets', {
      name: 'Strict',
      definition: {
        rules: [{ name: 'poems', keywords: ['poem'], effects: { tierMin: 'high', model: 'sim-large' } }],
      },
    });
    await open(['auto', 'sim-chat']);
    await page.getByLabel('Message 1', { exact: true }).fill('Hello! A short poem, please.');
    await page.getByLabel('Beside auto, show').selectOption(String(set.id));
    await page.waitForURL(new RegExp(`rules=${set.id}`));
    await page.getByRole('button', { name: 'Run all' }).click();
    await answered(1);
    await answered(2);
    const verdict = column(1).getByRole('region', { name: /^By Strict/ });
    await verdict.getByText('Moves').waitFor();
    expect(await verdict.textContent()).toMatch(
      /a higher tier than the rules in force.*simulator\/sim-large/s,
    );
    await verdict.getByText('Why').click();
    await verdict.getByText('poems').first().waitFor();
    // Whoever names a model has no rules to try.
    expect(
      await column(2)
        .getByRole('region', { name: /^By Strict/ })
        .count(),
    ).toBe(0);
    expect(await violations(page)).toEqual([]);
    await verdict.getByRole('button', { name: 'Ask simulator/sim-large beside it' }).click();
    await answered(3);
    expect(await column(3).textContent()).toMatch(/Served by\s*simulator\/sim-large/);
    await page.getByRole('button', { name: 'Clear' }).click();
    await ready.rest('DELETE', `/admin/routing/rule-sets/${set.id}`);
  });

  it('is not offered to those who may not', async () => {
    await createUser(stage.url, { username: 'ledger', password: ADMIN.password, role: 'FINOPS' });
    const other = await openTab(browser, stage.url);
    await signIn(other.page, stage.url, { username: 'ledger', password: ADMIN.password });
    await other.page.goto('/');
    const links = other.page.getByRole('navigation', { name: 'Console' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.allTextContents()).not.toContain('Playground');
    await other.page.context().close();
  });

  it('looks right in both themes, wide and on a phone', async () => {
    await expectGoodLooks(browser, stage.url, [
      [
        `/playground?tenant=${ready.tenantId}&m=sim-fast&m=gpt-4o-mini`,
        async (it) => {
          await it.getByLabel('Message 1', { exact: true }).fill('Hello');
          await it.getByRole('button', { name: 'Run all' }).click();
          const done = it.getByText('Answered', { exact: true });
          await done.nth(1).waitFor({ state: 'attached', timeout: 60_000 });
        },
      ],
    ]);
  }, 600_000);

  it('complained about nothing', () => {
    expect(tab.complaints).toEqual([]);
  });
});
