/** Contract §2 "Limits", over HTTP: what is let in, what the headers tell, and what two processes let in together. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { findRedisServer, startRedis, type RedisServer } from '../runtime/redis-server.ts';
import { createClock } from './clock.ts';

const messages = [{ role: 'user', content: 'Hello, how are you?' }];
const clock = createClock();
let prism: TestPrism;
let providerId: string;

beforeAll(async () => {
  prism = await startTestPrism();
  providerId = await prism.provider({ name: 'Simulator', type: 'simulator' });
});
afterAll(async () => {
  await prism.stop();
  clock.restore();
});

let tenants = 0;
const limited = (requestsPerMinute: number, tokensPerMinute: number): Promise<TestTenant> => {
  tenants += 1;
  return prism.tenant(`limited-${tenants}`, [providerId], {
    rateLimit: { requestsPerMinute, tokensPerMinute },
  });
};

interface Reply {
  readonly status: number;
  /** Null = it has no such header. */
  header(name: string): string | null;
  readonly text: string;
  readonly usage: { prompt_tokens: number; completion_tokens: number };
}

async function chat(to: TestTenant, more: object = {}, via = prism): Promise<Reply> {
  const response = await via.gateway(to, '/chat/completions', { model: 'sim-fast', messages, ...more });
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as Partial<Reply>) : {};
  const usage = body.usage ?? { prompt_tokens: 0, completion_tokens: 0 };
  return { status: response.status, header: (name) => response.headers.get(name), text, usage };
}

const used = ({ usage }: Reply): number => usage.prompt_tokens + usage.completion_tokens;
const remaining = (reply: Reply): number => Number(reply.header('x-ratelimit-remaining-tokens'));

describe('requests a minute', () => {
  it('are let in up to the limit, told in headers, and refused after it', async () => {
    const tenant = await limited(3, 0);
    for (const left of ['2', '1', '0']) {
      const reply = await chat(tenant);
      expect(reply.status).toBe(200);
      expect(reply.header('x-ratelimit-limit-requests')).toBe('3');
      expect(reply.header('x-ratelimit-remaining-requests')).toBe(left);
      expect(reply.header('x-ratelimit-reset-requests')).toMatch(/^(\d+ms|[\d.]+s)$/);
      expect(reply.header('x-ratelimit-limit-tokens')).toBeNull();
    }
    const refused = await chat(tenant);
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text)).toEqual({
      error: {
        message: expect.stringContaining('requests'),
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        param: null,
      },
    });
    const seconds = Number(refused.header('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.header('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are let in again when a minute has passed', async () => {
    const tenant = await limited(1, 0);
    expect((await chat(tenant)).status).toBe(200);
    expect((await chat(tenant)).status).toBe(429);
    clock.advance(60_001);
    expect((await chat(tenant)).status).toBe(200);
  });

  it('never exceed the limit in a burst', async () => {
    const tenant = await limited(10, 0);
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => chat(tenant, { stream: index % 2 === 0 })),
    );
    expect(replies.filter((it) => it.status === 200)).toHaveLength(10);
    expect(replies.filter((it) => it.status === 429)).toHaveLength(30);
  });

  it('are each tenant’s own', async () => {
    const [one, other] = [await limited(1, 0), await limited(1, 0)];
    expect((await chat(one)).status).toBe(200);
    expect((await chat(one)).status).toBe(429);
    expect((await chat(other)).status).toBe(200);
  });

  it('count embeddings and failures, but not what the limit itself refused', async () => {
    const tenant = await limited(3, 0);
    const embeddings = await prism.gateway(tenant, '/embeddings', { model: 'sim-embedding', input: 'fox' });
    expect(embeddings.headers.get('x-ratelimit-remaining-requests')).toBe('2');
    expect((await chat(tenant, { model: 'sim-error-400' })).header('x-ratelimit-remaining-requests')).toBe(
      '1',
    );
    expect((await chat(tenant, { model: 'nothing' })).header('x-ratelimit-remaining-requests')).toBe('0');
    for (let i = 0; i < 3; i += 1) expect((await chat(tenant)).status).toBe(429);
    clock.advance(60_001);
    expect((await chat(tenant)).header('x-ratelimit-remaining-requests')).toBe('2');
  });

  it('do not govern the lists', async () => {
    const tenant = await limited(1, 0);
    await chat(tenant);
    const headers = { authorization: `Bearer ${tenant.apiKey}` };
    expect((await fetch(`${tenant.baseUrl}/models`, { headers })).status).toBe(200);
  });
});

describe('tokens a minute', () => {
  it('are reserved before the answer and put right after it', async () => {
    const tenant = await limited(0, 1_000);
    const first = await chat(tenant, { max_tokens: 300 });
    expect(first.header('x-ratelimit-limit-tokens')).toBe('1000');
    expect(first.header('x-ratelimit-limit-requests')).toBeNull();
    const reserved = 1_000 - remaining(first);
    expect(reserved).toBeGreaterThan(300);
    expect(used(first)).toBeLessThan(reserved);
    const second = await chat(tenant, { max_tokens: 300 });
    expect(remaining(second)).toBe(1_000 - used(first) - reserved);
  });

  it('are put right after streams, too, whether they end, break or are left', async () => {
    const tenant = await limited(0, 2_000);
    const whole = await chat(tenant);
    const probe = { max_tokens: 1 };
    const before = remaining(await chat(tenant, probe));
    const cost = before - remaining(await chat(tenant, probe));
    const stream = await chat(tenant, { stream: true, max_tokens: 700 });
    expect(stream.text).toContain('[DONE]');
    expect(remaining(stream)).toBeLessThan(before - cost - 700);
    const after = remaining(await chat(tenant, probe));
    expect(after).toBe(before - 2 * cost - used(whole));

    const controller = new AbortController();
    const left = await fetch(`${tenant.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.apiKey}` },
      body: JSON.stringify({ model: 'sim-chat', messages, stream: true, max_tokens: 700 }),
      signal: controller.signal,
    });
    await left.body?.getReader().read();
    controller.abort();
    // What it had got by then is all that stays of the 700.
    await until(async () => remaining(await chat(tenant, { max_tokens: 1 })) > after - 500);
  });

  it('never exceed the limit in a burst', async () => {
    const tenant = await limited(0, 1_000);
    const replies = await Promise.all(Array.from({ length: 20 }, () => chat(tenant, { max_tokens: 200 })));
    const served = replies.filter((it) => it.status === 200);
    expect(served.length).toBeGreaterThan(1);
    expect(served.reduce((sum, it) => sum + used(it), 0)).toBeLessThanOrEqual(1_000);
    for (const it of replies.filter((reply) => reply.status === 429)) {
      expect(it.text).toContain('tokens');
      expect(Number(it.header('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('refuse a request that is larger than the whole limit, and say so', async () => {
    const tenant = await limited(0, 100);
    const reply = await chat(tenant, { max_tokens: 5_000 });
    expect(reply.status).toBe(429);
    expect(JSON.parse(reply.text)).toMatchObject({
      error: { code: 'rate_limit_exceeded', message: expect.stringContaining('max_tokens') },
    });
    expect((await chat(tenant)).status).toBe(200);
  });

  it('hold a max_tokens against the tenant only as far as the model can go', async () => {
    const tenant = await limited(0, 1_000);
    const reply = await chat(tenant, { model: 'sim-overflow', max_tokens: 1_000_000 });
    expect(reply.status).toBe(200);
    expect(remaining(reply)).toBeGreaterThan(1_000 - 256 - 50);
  });

  it('nor further than any model can go that "auto" may choose', async () => {
    const tenant = await prism.tenant('limited-auto', [providerId], {
      rateLimit: { requestsPerMinute: 0, tokensPerMinute: 1_000 },
      modelConfig: { mode: 'whitelist', list: ['sim-overflow', 'sim-embedding'] },
    });
    const reply = await chat(tenant, { model: 'auto', max_tokens: 1_000_000 });
    expect(reply.status).toBe(200);
    expect(remaining(reply)).toBeGreaterThan(1_000 - 256 - 50);
  });

  it.each([
    ['of every answer that is asked for', { max_tokens: 400, n: 3 }],
    ['of the larger limit, where there are two', { max_tokens: 1_200, max_completion_tokens: 1 }],
    ['also where they are beyond counting', { model: 'of-no-known-limit', max_tokens: 1e300, n: 9e15 }],
  ])('are reserved %s', async (_name, asked) => {
    const tenant = await limited(0, 1_000);
    const reply = await chat(tenant, asked);
    expect([reply.status, remaining(reply)]).toEqual([429, 1_000]);
  });

  it('count what is reported, not what was guessed', async () => {
    const tenant = await limited(0, 10_000);
    const long = [{ role: 'user', content: 'word '.repeat(1_000) }];
    const first = await chat(tenant, { messages: long, max_tokens: 1 });
    const guessed = 10_000 - remaining(first);
    const next = await chat(tenant, { messages: long, max_tokens: 1 });
    expect(used(first)).not.toBe(guessed);
    expect(remaining(next)).toBe(10_000 - used(first) - guessed);
  });
});

const redisServer = findRedisServer();
if (redisServer === null && process.env['CI'] === 'true') {
  throw new Error('redis-server (or valkey-server) must be installed where CI=true');
}
if (redisServer === null) console.warn('skipped: neither redis-server nor valkey-server is installed');

describe.skipIf(redisServer === null)('two processes with one Redis', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let both: TestPrism[] = [];

  beforeAll(async () => {
    redis = await startRedis(redisServer ?? '');
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    both = [await startTestPrism(env), await startTestPrism(env)];
  });
  afterAll(async () => {
    await Promise.all(both.map((it) => it.stop()));
    await database.drop();
    await redis.stop();
  });

  /** The tenant as each process serves it. */
  async function onBoth(slug: string, requestsPerMinute: number, tokensPerMinute: number) {
    const [first] = both;
    if (first === undefined) throw new Error('no process');
    const { body } = await first.rest('GET', '/api/prism/admin/providers');
    const id = body[0]?.id ?? (await first.provider({ name: 'Simulator', type: 'simulator' }));
    const rateLimit = { requestsPerMinute, tokensPerMinute };
    const tenant = await first.tenant(slug, [id], { rateLimit });
    return await Promise.all(
      both.map(async (it) => {
        const here = { ...tenant, baseUrl: `${it.url}/api/${slug}/v1` };
        const headers = { authorization: `Bearer ${tenant.apiKey}` };
        await until(async () => (await fetch(`${here.baseUrl}/models`, { headers })).status === 200);
        return here;
      }),
    );
  }
  const send = (tenant: readonly TestTenant[], index: number, more: object = {}): Promise<Reply> => {
    const [via, to] = [both[index % 2], tenant[index % 2]];
    if (via === undefined || to === undefined) throw new Error('no process');
    return chat(to, more, via);
  };

  let runs = 0;
  // Where Redis answers later than 50 ms each process decides for itself, as it should; a busy machine may be so slow.
  it('let in the limit once between them', { retry: 2 }, async () => {
    runs += 1;
    const tenant = await onBoth(`shared-${runs}`, 10, 0);
    const replies: Reply[] = [];
    for (let wave = 0; wave < 10; wave += 1) {
      replies.push(...(await Promise.all([send(tenant, 0), send(tenant, 1)])));
    }
    expect(replies.filter((it) => it.status === 200)).toHaveLength(10);
    const [here, there] = [await send(tenant, 0), await send(tenant, 1)];
    expect([here.status, there.status]).toEqual([429, 429]);
    expect(Number(there.header('retry-after'))).toBeGreaterThan(0);
  });

  it('know the tokens that the other one used', async () => {
    const tenant = await onBoth('tokens', 0, 1_000);
    const first = await send(tenant, 0, { max_tokens: 300 });
    // Refused, so that asking does not change what is asked for.
    await vi.waitFor(async () => {
      const probe = await send(tenant, 1, { max_tokens: 980 });
      expect(probe.status).toBe(429);
      expect(remaining(probe)).toBe(1_000 - used(first));
    }, 20_000);
  });

  it('go on serving when Redis is gone, and say that limits are each one’s own', async () => {
    const tenant = await onBoth('alone', 1_000, 0);
    await redis.kill();
    for (const index of [0, 1]) {
      expect((await send(tenant, index)).status).toBe(200);
      const metrics = await (await fetch(`${both[index]?.url}/metrics`)).text();
      expect(metrics).toContain('prism_limiter_degraded 1');
    }
  });
});
