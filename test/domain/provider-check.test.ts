import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';
import { actor, createWorld, pathsOf, refusal, type World } from './world.ts';
import {
  chatAnswer,
  createScriptedUpstream,
  listen,
  modelList,
  stop,
  type ScriptedUpstream,
} from './upstream.ts';

let world: World;
let simulator: Simulator;
let simulatorOrigin: string;
let upstream: ScriptedUpstream;
const maintainer = actor('maintainer');
const KEY = 'sk-a-very-secret-key-0123456789';
const OK = { '/v1/models': modelList('gpt-4o', 'other'), '/v1/chat/completions': chatAnswer };

beforeAll(async () => {
  simulator = createSimulator({});
  simulatorOrigin = (await simulator.listen()).origin;
  upstream = await createScriptedUpstream();
  world = await createWorld({ simulatorOrigin: () => simulatorOrigin });
});
afterAll(async () => {
  await world.close();
  await upstream.close();
  await simulator.close();
});
beforeEach(() => {
  upstream.answers = OK;
  upstream.seen.length = 0;
});

async function add(baseUrl: string, type = 'custom'): Promise<string> {
  const config = { baseUrl, auth: { type: 'api_key', apiKey: KEY } } as const;
  return (await world.domain.providers.create(maintainer, { name: 'Checked', type, config })).id;
}

async function check(id: string) {
  const result = await world.domain.providerCheck.check(maintainer, id);
  const row = await world.db.provider.findUniqueOrThrow({ where: { id } });
  expect(row.status).toBe(result.success ? 'connected' : 'error');
  expect(row.lastCheckedAt).toEqual(world.now.value);
  expect(JSON.stringify([result, row.statusMessage])).not.toContain(KEY);
  return { ...result, steps: result.log.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`) };
}

describe('the check of a provider', () => {
  it('walks from its name to a streamed word', async () => {
    const id = await add(upstream.origin);
    const result = await check(id);
    expect(result.steps).toEqual([
      'settings ok',
      'name_resolution ok',
      'connection ok',
      'credentials ok',
      'path ok',
      'models ok',
      'completion ok',
      'stream ok',
    ]);
    expect(result.success).toBe(true);
    expect(result).not.toHaveProperty('suggestion');
    const chats = upstream.seen.filter(({ path }) => path === '/v1/chat/completions');
    expect(chats.map(({ body }) => JSON.parse(body))).toMatchObject([
      { model: 'gpt-4o', stream: false },
      { model: 'gpt-4o', stream: true },
    ]);
    expect(await world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({ apiPath: '/v1' });
  });

  it('is passed by the built-in simulator', async () => {
    const { id } = await world.domain.providers.create(maintainer, { name: 'Sim', type: 'simulator' });
    expect((await check(id)).success).toBe(true);
  });

  it.each(['connected', 'error'])(
    'is no edit, and a discovery neither: who edits meanwhile has not been overtaken, status %s',
    async (status) => {
      const id = await add(upstream.origin);
      const { updatedAt } = await world.db.provider.findUniqueOrThrow({ where: { id } });
      if (status === 'error') upstream.answers = {};
      await world.domain.providerCheck.check(maintainer, id);
      const discovered = await Promise.allSettled([world.domain.providerDiscovery.discover(maintainer, id)]);
      expect(discovered).toMatchObject([{ status: status === 'error' ? 'rejected' : 'fulfilled' }]);
      expect(await world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
        status,
        updatedAt,
      });
      const saved = await world.domain.providers.update(maintainer, id, { name: 'Renamed' }, updatedAt);
      expect(saved.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
      const late = await refusal(world.domain.providers.update(maintainer, id, { name: 'Late' }, updatedAt));
      expect(late.code).toBe('conflict');
    },
  );

  it('finds a path other than /v1', async () => {
    upstream.answers = { '/api/v1/models': modelList('gpt-4o'), '/api/v1/chat/completions': chatAnswer };
    const id = await add(upstream.origin);
    expect((await check(id)).success).toBe(true);
    expect(await world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
      apiPath: '/api/v1',
    });
  });

  it('tries the next model when the first one cannot chat after all', async () => {
    upstream.answers = {
      ...OK,
      '/v1/chat/completions': (seen) =>
        seen.body.includes('gpt-4o')
          ? { status: 404, body: { error: { message: 'not a chat model' } } }
          : chatAnswer(seen),
    };
    expect((await check(await add(upstream.origin))).success).toBe(true);
  });

  it.each([
    [
      'a host that does not exist',
      () => 'https://no-such-host.invalid',
      'name_resolution failed',
      /host name/,
    ],
    ['a port where nothing listens', () => 'http://127.0.0.1:1', 'connection failed', /Nothing listens/],
    [
      'https where plain HTTP is spoken',
      () => upstream.origin.replace('http:', 'https:'),
      'tls failed',
      /begin the base URL with http:\/\//,
    ],
  ])('says how to mend %s', async (_what, address, last, suggestion) => {
    const result = await check(await add(address()));
    expect([result.success, result.steps.at(-1)]).toEqual([false, last]);
    expect(result.suggestion).toMatch(suggestion);
  });

  it.each([
    [
      'a wrong key',
      { '/v1/models': { status: 401, body: { error: { message: `no ${KEY}` } } } },
      'credentials failed',
      /API key/,
    ],
    ['a wrong path', {}, 'path failed', /base URL/],
    ['a page instead of an API', { '/v1/models': { body: '<html>hello</html>' } }, 'path failed', /base URL/],
    [
      'an empty account',
      {
        ...OK,
        '/v1/chat/completions': {
          status: 429,
          body: { error: { message: 'quota', code: 'insufficient_quota' } },
        },
      },
      'completion failed',
      /quota/,
    ],
    [
      'a stream that breaks off',
      {
        ...OK,
        '/v1/chat/completions': (seen: Parameters<typeof chatAnswer>[0]) =>
          seen.body.includes('"stream":true') ? { body: 'data: {"choices":[]}\n\n' } : chatAnswer(seen),
      },
      'stream failed',
      /not this API/,
    ],
  ])('says how to mend %s', async (_what, answers, last, suggestion) => {
    upstream.answers = answers;
    const result = await check(await add(upstream.origin));
    expect([result.success, result.steps.at(-1)]).toEqual([false, last]);
    expect(result.suggestion).toMatch(suggestion);
  });

  it('bounds what it repeats of a long answer', async () => {
    upstream.answers = {
      '/v1/models': { status: 401, body: { error: { message: `long\n${'x'.repeat(5000)}` } } },
    };
    const { log } = await check(await add(upstream.origin));
    expect(log.at(-1)?.detail.length).toBeLessThanOrEqual(300);
    expect(log.at(-1)?.detail).not.toContain('\n');
  });

  it('says that the server hung up, and that a TLS port was asked in plain', async () => {
    const rude = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const address = rude.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await check(await add(`http://127.0.0.1:${port}`));
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toMatch(/hung up/);
    await new Promise((resolve) => rude.close(resolve));
  });

  it('says which paths were tried, and what was listed', async () => {
    upstream.answers = {
      '/api/v1/models': modelList('gpt-4o', 'other'),
      '/api/v1/chat/completions': chatAnswer,
    };
    const { log } = await check(await add(upstream.origin));
    const detailOf = (name: string) => log.find(({ step }) => step === name)?.detail;
    expect(detailOf('path')).toBe('/v1/models HTTP 404; /api/v1/models HTTP 200');
    expect(detailOf('models')).toBe('2 models: 2 chat');
    upstream.answers = {};
    expect((await check(await add(upstream.origin))).log.at(-1)?.detail).toMatch(
      /Tried \/v1\/models HTTP 404; \/api\/v1\/models HTTP 404; \/models HTTP 404/,
    );
  });

  it('tells each step as it comes, and repeats what the provider said without the key', async () => {
    const heard: string[] = [];
    const watch = {
      began: (step: string) => void heard.push(`${step}…`),
      ended: ({ step, ok }: { step: string; ok: boolean }) =>
        void heard.push(`${step} ${ok ? 'ok' : 'failed'}`),
    };
    const body = { error: { message: `no ${KEY}`, hint: 'x'.repeat(400) } };
    upstream.answers = { '/v1/models': { status: 401, body } };
    const id = await add(upstream.origin);
    const { log, mend } = await world.domain.providerCheck.check(maintainer, id, watch);
    expect(heard.slice(-4)).toEqual(['connection…', 'connection ok', 'credentials…', 'credentials failed']);
    expect(log.at(-1)?.upstream).toMatch(/^HTTP 401\n\n\{"error":\{"message":"no \[key\]","hint":"x{400}/);
    expect(log.at(-1)?.upstream).not.toContain(KEY);
    expect(log.slice(0, -1).every(({ upstream: text }) => text === undefined)).toBe(true);
    expect(mend).toEqual({ label: 'Replace the key', path: 'config.auth.apiKey', value: null });
  });

  it('tries settings that are not stored, and stores nothing', async () => {
    const draft = {
      type: 'custom',
      config: { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: KEY } },
    } as const;
    const providers = await world.db.provider.count();
    const { try: attempt } = world.domain.providerCheck;
    expect((await attempt(maintainer, draft)).success).toBe(true);
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(await world.db.provider.count()).toBe(providers);

    const wrong = await refusal(attempt(maintainer, { type: 'custom', config: { baseUrl: 'nowhere' } }));
    expect(pathsOf(wrong)).toEqual(['config.baseUrl']);
    expect((await refusal(attempt(actor('finops'), draft))).code).toBe('forbidden');
  });

  it('tries changes of a stored provider with its secret, but never at another address', async () => {
    const id = await add(upstream.origin);
    const { try: attempt } = world.domain.providerCheck;
    const same = await attempt(maintainer, {
      id,
      type: 'custom',
      config: { baseUrl: `${upstream.origin}/v1` },
    });
    expect(same.success).toBe(true);
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(await world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
      status: 'unchecked',
    });
    upstream.seen.length = 0;
    const elsewhere = { id, type: 'custom', config: { baseUrl: 'http://127.0.0.1:1' } };
    expect(pathsOf(await refusal(attempt(maintainer, elsewhere)))).toEqual(['config.auth.apiKey']);
    expect(upstream.seen).toEqual([]);
  });

  it('reports credentials that cannot be decrypted any more', async () => {
    const id = await add(upstream.origin);
    await world.db.provider.update({ where: { id }, data: { credentials: 'spoilt' } });
    const result = await check(id);
    expect(result.steps).toEqual(['settings failed']);
    expect(result.suggestion).toMatch(/credentials again/);
    expect(upstream.seen).toEqual([]);
  });

  it('does not follow a redirect with the key in hand', async () => {
    const other = createServer((_req, res) => res.end('{}'));
    const port = await listen(other);
    let called = false;
    other.on('request', () => {
      called = true;
    });
    const headers = { location: `http://127.0.0.1:${port}/v1/models` };
    upstream.answers = { '/v1/models': { status: 302, headers, body: '' } };
    expect((await check(await add(upstream.origin))).success).toBe(false);
    expect(called).toBe(false);
    await stop(other);
  });
});

describe('the check of a provider behind TLS', () => {
  const pem = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));
  const trusted = getCACertificates('default');
  let server: HttpsServer;
  let address: string;

  beforeAll(() => setDefaultCACertificates([...trusted, pem('ca').toString()]));
  afterAll(() => setDefaultCACertificates(trusted));
  afterEach(() => stop(server));

  async function serve(certificate: string): Promise<void> {
    server = createHttpsServer({ key: pem('key'), cert: pem(certificate) }, (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const chat = req.url?.endsWith('/chat/completions') === true;
        const seen = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
        const answer = chat ? chatAnswer(seen) : modelList('gpt-4o');
        res.writeHead(200, { 'content-type': 'application/json', ...answer.headers });
        res.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
    address = `https://localhost:${await listen(server)}`;
  }

  it('tells who the certificate is for, by whom, and how long it is good', async () => {
    await serve('localhost');
    const result = await check(await add(address));
    expect(result.success).toBe(true);
    expect(result.log.find(({ step }) => step === 'tls')?.detail).toMatch(
      /^TLSv1\.[23]; certificate for localhost, 127\.0\.0\.1 by Test authority, Open Model Prism tests, good until 21\d\d-/,
    );
  });

  it.each([
    ['self-signed', /self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/, /NODE_EXTRA_CA_CERTS/],
    [
      'other-name',
      /ERR_TLS_CERT_ALTNAME_INVALID.*llm\.example, www\.llm\.example/,
      /host name that it was made for/,
    ],
    ['expired', /CERT_HAS_EXPIRED.*good until 2021-01-01/, /expired: renew it/],
  ])('says how to mend a certificate that is %s, and sends no key', async (certificate, detail, mend) => {
    await serve(certificate);
    let asked = 0;
    server.on('request', () => (asked += 1));
    const result = await check(await add(address));
    expect(result.steps.at(-1)).toBe('tls failed');
    expect(result.log.at(-1)?.detail).toMatch(detail);
    expect(result.suggestion).toMatch(mend);
    expect(asked).toBe(0);
  });

  it('says that https is meant where a TLS port is asked in plain', async () => {
    await serve('self-signed');
    const result = await check(await add(address.replace('https:', 'http:')));
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toMatch(/begin the base URL with https:\/\//);
  });

  it('says that https is meant where plain HTTP is sent on to it', async () => {
    await serve('localhost');
    const headers = { location: address };
    upstream.answers = { '/v1/models': { status: 308, headers, body: '' } };
    const result = await check(await add(upstream.origin.replace('127.0.0.1', 'localhost')));
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toBe('Begin the base URL with https://.');
  });
});

describe('the trial chat', () => {
  const messages = [{ role: 'user', content: 'Hello' }];

  it('answers with the provider’s completion', async () => {
    const id = await add(upstream.origin);
    const completion = await world.domain.providerChat.chat(maintainer, id, { model: 'gpt-4o', messages });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'ok' } }],
    });
    expect(JSON.parse(upstream.seen[0]?.body ?? '')).toEqual({ model: 'gpt-4o', messages, stream: false });
    expect(await world.db.requestLog.count()).toBe(0);
  });

  it('tells the caller’s mistakes from the provider’s troubles', async () => {
    const id = await add(upstream.origin);
    const { providerChat } = world.domain;
    const input = { model: 'gpt-4o', messages };
    upstream.answers = {
      '/v1/chat/completions': { status: 400, body: { error: { message: 'no such role' } } },
    };
    expect(await refusal(providerChat.chat(maintainer, id, input))).toMatchObject({
      code: 'invalid_request',
      message: 'no such role',
    });
    upstream.answers = { '/v1/chat/completions': { status: 401, body: { error: { message: `no ${KEY}` } } } };
    const refused = await refusal(providerChat.chat(maintainer, id, input));
    expect(refused.code).toBe('provider_error');
    expect(refused.message).not.toContain(KEY);
    upstream.answers = { '/v1/chat/completions': { body: '<html>' } };
    expect((await refusal(providerChat.chat(maintainer, id, input))).code).toBe('provider_error');
  });

  it('checks its input before it sends anything', async () => {
    const id = await add(upstream.origin);
    const { providerChat } = world.domain;
    const huge = [{ role: 'user', content: 'x'.repeat(1024 * 1024) }];
    const cases = [
      [{ model: '', messages }, ['model']],
      [{ model: 'm', messages: [] }, ['messages']],
      [{ model: 'm', messages: [{ role: 'king', content: '' }] }, ['messages.0.role']],
      [{ model: 'm', messages: huge }, ['messages']],
    ] as const;
    for (const [input, paths] of cases) {
      const wrong = await refusal(providerChat.chat(maintainer, id, input));
      expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', paths]);
    }
    expect(upstream.seen).toEqual([]);
  });
});
