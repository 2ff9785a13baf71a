import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCheckStage, KEY, maintainer, OK } from './provider-check-stage.ts';
import { chatAnswer, listen, modelList, stop } from './upstream.ts';
import { actor, pathsOf, refusal } from './world.ts';

const stage = createCheckStage();

describe('the check of a provider', () => {
  it('walks from its name to a streamed word', async () => {
    const id = await stage.add(stage.upstream.origin);
    const result = await stage.check(id);
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
    const chats = stage.upstream.seen.filter(({ path }) => path === '/v1/chat/completions');
    expect(chats.map(({ body }) => JSON.parse(body))).toMatchObject([
      { model: 'gpt-4o', stream: false },
      { model: 'gpt-4o', stream: true },
    ]);
    expect(await stage.world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
      apiPath: '/v1',
    });
  });

  it('is passed by the built-in simulator', async () => {
    const { id } = await stage.world.domain.providers.create(maintainer, { name: 'Sim', type: 'simulator' });
    expect((await stage.check(id)).success).toBe(true);
  });

  it.each(['connected', 'error'])(
    'is no edit, and a discovery neither: who edits meanwhile has not been overtaken, status %s',
    async (status) => {
      const id = await stage.add(stage.upstream.origin);
      const { updatedAt } = await stage.world.db.provider.findUniqueOrThrow({ where: { id } });
      if (status === 'error') stage.upstream.answers = {};
      await stage.world.domain.providerCheck.check(maintainer, id);
      const discovered = await Promise.allSettled([
        stage.world.domain.providerDiscovery.discover(maintainer, id),
      ]);
      expect(discovered).toMatchObject([{ status: status === 'error' ? 'rejected' : 'fulfilled' }]);
      expect(await stage.world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
        status,
        updatedAt,
      });
      const saved = await stage.world.domain.providers.update(maintainer, id, { name: 'Renamed' }, updatedAt);
      expect(saved.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
      const late = await refusal(
        stage.world.domain.providers.update(maintainer, id, { name: 'Late' }, updatedAt),
      );
      expect(late.code).toBe('conflict');
    },
  );

  it('finds a path other than /v1', async () => {
    stage.upstream.answers = {
      '/api/v1/models': modelList('gpt-4o'),
      '/api/v1/chat/completions': chatAnswer,
    };
    const id = await stage.add(stage.upstream.origin);
    expect((await stage.check(id)).success).toBe(true);
    expect(await stage.world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
      apiPath: '/api/v1',
    });
  });

  it('tries the next model when the first one cannot chat after all', async () => {
    stage.upstream.answers = {
      ...OK,
      '/v1/chat/completions': (seen) =>
        seen.body.includes('gpt-4o')
          ? { status: 404, body: { error: { message: 'not a chat model' } } }
          : chatAnswer(seen),
    };
    expect((await stage.check(await stage.add(stage.upstream.origin))).success).toBe(true);
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
      () => stage.upstream.origin.replace('http:', 'https:'),
      'tls failed',
      /begin the base URL with http:\/\//,
    ],
  ])('says how to mend %s', async (_what, address, last, suggestion) => {
    const result = await stage.check(await stage.add(address()));
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
    stage.upstream.answers = answers;
    const result = await stage.check(await stage.add(stage.upstream.origin));
    expect([result.success, result.steps.at(-1)]).toEqual([false, last]);
    expect(result.suggestion).toMatch(suggestion);
  });

  it('bounds what it repeats of a long answer', async () => {
    stage.upstream.answers = {
      '/v1/models': { status: 401, body: { error: { message: `long\n${'x'.repeat(5000)}` } } },
    };
    const { log } = await stage.check(await stage.add(stage.upstream.origin));
    expect(log.at(-1)?.detail.length).toBeLessThanOrEqual(300);
    expect(log.at(-1)?.detail).not.toContain('\n');
  });

  it('says that the server hung up, and that a TLS port was asked in plain', async () => {
    const rude = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const address = rude.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await stage.check(await stage.add(`http://127.0.0.1:${port}`));
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toMatch(/hung up/);
    await new Promise((resolve) => rude.close(resolve));
  });

  it('says which paths were tried, and what was listed', async () => {
    stage.upstream.answers = {
      '/api/v1/models': modelList('gpt-4o', 'other'),
      '/api/v1/chat/completions': chatAnswer,
    };
    const { log } = await stage.check(await stage.add(stage.upstream.origin));
    const detailOf = (name: string) => log.find(({ step }) => step === name)?.detail;
    expect(detailOf('path')).toBe('/v1/models HTTP 404; /api/v1/models HTTP 200');
    expect(detailOf('models')).toBe('2 models: 2 chat');
    stage.upstream.answers = {};
    expect((await stage.check(await stage.add(stage.upstream.origin))).log.at(-1)?.detail).toMatch(
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
    stage.upstream.answers = { '/v1/models': { status: 401, body } };
    const id = await stage.add(stage.upstream.origin);
    const { log, mend } = await stage.world.domain.providerCheck.check(maintainer, id, watch);
    expect(heard.slice(-4)).toEqual(['connection…', 'connection ok', 'credentials…', 'credentials failed']);
    expect(log.at(-1)?.upstream).toMatch(/^HTTP 401\n\n\{"error":\{"message":"no \[key\]","hint":"x{400}/);
    expect(log.at(-1)?.upstream).not.toContain(KEY);
    expect(log.slice(0, -1).every(({ upstream: text }) => text === undefined)).toBe(true);
    expect(mend).toEqual({ label: 'Replace the key', path: 'config.auth.apiKey', value: null });
  });

  it('tries settings that are not stored, and stores nothing', async () => {
    const draft = {
      type: 'custom',
      config: { baseUrl: stage.upstream.origin, auth: { type: 'api_key', apiKey: KEY } },
    } as const;
    const providers = await stage.world.db.provider.count();
    const { try: attempt } = stage.world.domain.providerCheck;
    expect((await attempt(maintainer, draft)).success).toBe(true);
    expect(stage.upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(await stage.world.db.provider.count()).toBe(providers);

    const wrong = await refusal(attempt(maintainer, { type: 'custom', config: { baseUrl: 'nowhere' } }));
    expect(pathsOf(wrong)).toEqual(['config.baseUrl']);
    expect((await refusal(attempt(actor('finops'), draft))).code).toBe('forbidden');
  });

  it('tries changes of a stored provider with its secret, but never at another address', async () => {
    const id = await stage.add(stage.upstream.origin);
    const { try: attempt } = stage.world.domain.providerCheck;
    const same = await attempt(maintainer, {
      id,
      type: 'custom',
      config: { baseUrl: `${stage.upstream.origin}/v1` },
    });
    expect(same.success).toBe(true);
    expect(stage.upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(await stage.world.db.provider.findUniqueOrThrow({ where: { id } })).toMatchObject({
      status: 'unchecked',
    });
    stage.upstream.seen.length = 0;
    const elsewhere = { id, type: 'custom', config: { baseUrl: 'http://127.0.0.1:1' } };
    expect(pathsOf(await refusal(attempt(maintainer, elsewhere)))).toEqual(['config.auth.apiKey']);
    expect(stage.upstream.seen).toEqual([]);
  });

  it('reports credentials that cannot be decrypted any more', async () => {
    const id = await stage.add(stage.upstream.origin);
    await stage.world.db.provider.update({ where: { id }, data: { credentials: 'spoilt' } });
    const result = await stage.check(id);
    expect(result.steps).toEqual(['settings failed']);
    expect(result.suggestion).toMatch(/credentials again/);
    expect(stage.upstream.seen).toEqual([]);
  });

  it('does not follow a redirect with the key in hand', async () => {
    const other = createServer((_req, res) => res.end('{}'));
    const port = await listen(other);
    let called = false;
    other.on('request', () => {
      called = true;
    });
    const headers = { location: `http://127.0.0.1:${port}/v1/models` };
    stage.upstream.answers = { '/v1/models': { status: 302, headers, body: '' } };
    expect((await stage.check(await stage.add(stage.upstream.origin))).success).toBe(false);
    expect(called).toBe(false);
    await stop(other);
  });
});
