import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLimiter, type Admission, type Limits } from '../../src/runtime/limiter.ts';
import { createSharedLimiter, type SharedLimiter } from '../../src/runtime/limiter-redis.ts';
import { findRedisServer, redisCommand, startRedis, type RedisServer } from './redis-server.ts';

const binary = findRedisServer();
if (binary === null && process.env['CI'] === 'true') {
  throw new Error('redis-server (or valkey-server) must be installed where CI=true');
}
if (binary === null) console.warn('skipped: neither redis-server nor valkey-server is installed');

const limits = (requestsPerMinute: number, tokensPerMinute: number): Limits => ({
  requestsPerMinute,
  tokensPerMinute,
});

describe.skipIf(binary === null)('the shared limiter', () => {
  let redis: RedisServer;
  let lines: { level: number; msg: string }[] = [];
  const open: SharedLimiter[] = [];

  async function limiter(timeoutMs = 2_000): Promise<SharedLimiter> {
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const shared = await createSharedLimiter({
      url: redis.url,
      local: createLimiter({ clock: () => performance.now() }),
      log,
      timeoutMs,
    });
    open.push(shared);
    return shared;
  }

  beforeAll(async () => {
    redis = await startRedis(binary ?? '');
  });
  beforeEach(async () => {
    lines = [];
    await redisCommand(redis.url, 'FLUSHALL');
  });
  afterEach(async () => {
    for (const shared of open.splice(0)) await shared.close();
  });
  afterAll(() => redis.stop());

  test('lets two processes together have the limit once', async () => {
    const both = [await limiter(), await limiter()];
    expect(both[0]?.status()).toEqual({ mode: 'shared', degraded: false });
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => both[index % 2]?.admit('t', limits(25, 0), 10)),
    );
    expect(answers.filter((answer) => answer?.allowed)).toHaveLength(25);
    const refused = answers.find((answer) => answer?.allowed === false);
    expect(refused).toMatchObject({
      reason: 'requests',
      reservation: null,
      requests: { limit: 25, remaining: 0 },
    });
    expect(refused?.retryAfterMs).toBeGreaterThan(55_000);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test('counts tokens over all processes and tells what is left', async () => {
    const [a, b] = [await limiter(), await limiter()];
    expect(await a.admit('t', limits(10, 1_000), 600)).toMatchObject({
      allowed: true,
      requests: { limit: 10, remaining: 9, resetMs: 60_000 },
      tokens: { limit: 1_000, remaining: 400, resetMs: 60_000 },
    });
    const refused = await b.admit('t', limits(10, 1_000), 401);
    expect(refused).toMatchObject({ allowed: false, reason: 'tokens', tokens: { remaining: 400 } });
    expect(refused.retryAfterMs).toBeGreaterThan(55_000);
    expect((await b.admit('t', limits(10, 1_000), 400)).allowed).toBe(true);
  });

  test('keeps tenants apart', async () => {
    const shared = await limiter();
    expect((await shared.admit('a', limits(1, 0), 1)).allowed).toBe(true);
    expect((await shared.admit('a', limits(1, 0), 1)).allowed).toBe(false);
    expect((await shared.admit('b', limits(1, 0), 1)).allowed).toBe(true);
  });

  test('replaces the reserved tokens by the real ones, once, and takes cancelled requests back', async () => {
    const [a, b] = [await limiter(), await limiter()];
    const first = await a.admit('t', limits(3, 1_000), 900);
    const second = await a.admit('t', limits(3, 1_000), 100);
    a.settle(first.reservation, 50);
    a.settle(first.reservation, 0);
    a.cancel(second.reservation);
    await expect.poll(() => used('t')).toEqual({ requests: 1, tokens: 50 });
    expect(await b.admit('t', limits(3, 1_000), 950)).toMatchObject({
      allowed: true,
      requests: { remaining: 1 },
      tokens: { remaining: 0 },
    });
  });

  test('refuses a request that can never fit without asking', async () => {
    const shared = await limiter();
    expect(await shared.admit('t', limits(0, 100), 101)).toMatchObject({
      allowed: false,
      reason: 'request_too_large',
      retryAfterMs: 60_000,
    });
    expect(await redisCommand(redis.url, 'DBSIZE')).toBe(':0\r\n');
  });

  test('does not take a stand-still of its own process for a slow Redis', async () => {
    const shared = await limiter(50);
    const asked = Array.from({ length: 5 }, async () => await shared.admit('t', limits(3, 0), 1));
    await new Promise((sent) => setImmediate(sent));
    for (const end = performance.now() + 200; performance.now() < end;);
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer.allowed)).toHaveLength(3);
    expect(shared.status()).toEqual({ mode: 'shared', degraded: false });
    expect(await used('t')).toMatchObject({ requests: 3 });
  });

  test('asks nobody for a tenant without limits', async () => {
    const shared = await limiter();
    expect(shared.admit('t', limits(0, 0), 5)).toMatchObject({ allowed: true, reservation: null });
  });

  test('leaves nothing behind for longer than the window', async () => {
    const shared = await limiter();
    await shared.admit('t', limits(5, 5), 1);
    for (const key of ['prism:limit:{t}:used', 'prism:limit:{t}:sums']) {
      const ttl = Number((await redisCommand(redis.url, 'PTTL', key)).slice(1));
      expect(ttl).toBeGreaterThan(60_000);
      expect(ttl).toBeLessThanOrEqual(61_000);
    }
  });

  test('lets requests leave the window one by one, with their tokens', async () => {
    const shared = await limiter();
    await shared.admit('t', limits(3, 100), 10);
    // What was admitted 59.6 and 61 s ago, as the script itself would have left it.
    const now = Date.now() * 1_000;
    for (const [ago, tokens] of [
      [59_600_000, 30],
      [61_000_000, 60],
    ] as const) {
      const time = now - ago;
      await redisCommand(redis.url, 'ZADD', 'prism:limit:{t}:used', `${time}`, `${time}-0:${tokens}`);
      await redisCommand(redis.url, 'HINCRBY', 'prism:limit:{t}:sums', 'tokens', `${tokens}`);
      const second = `s${Math.floor(time / 1e6)}`;
      await redisCommand(redis.url, 'HINCRBY', 'prism:limit:{t}:sums', second, `${tokens}`);
    }
    const refused = await shared.admit('t', limits(2, 100), 1);
    expect(refused).toMatchObject({ allowed: false, reason: 'requests', tokens: { remaining: 60 } });
    expect(refused.retryAfterMs).toBeLessThanOrEqual(400);
    await expect.poll(async () => (await shared.admit('t', limits(2, 100), 90)).allowed).toBe(true);
    expect(await used('t')).toEqual({ requests: 2, tokens: 100 });
  });

  test('starts a tenant anew when the store has forgotten one half of it', async () => {
    const shared = await limiter();
    await shared.admit('t', limits(0, 100), 80);
    await redisCommand(redis.url, 'DEL', 'prism:limit:{t}:sums');
    expect(await shared.admit('t', limits(0, 100), 80)).toMatchObject({
      allowed: true,
      tokens: { remaining: 20 },
    });
    await redisCommand(redis.url, 'DEL', 'prism:limit:{t}:used');
    expect(await shared.admit('t', limits(0, 100), 80)).toMatchObject({
      allowed: true,
      tokens: { remaining: 20 },
    });
  });

  test('loads its script again when the server has lost it', async () => {
    const shared = await limiter();
    await shared.admit('t', limits(5, 0), 1);
    await redisCommand(redis.url, 'SCRIPT', 'FLUSH');
    expect(await shared.admit('t', limits(5, 0), 1)).toMatchObject({
      allowed: true,
      requests: { remaining: 3 },
    });
    expect(shared.status().degraded).toBe(false);
  });

  test('goes on locally when Redis is killed, says so once, and returns to it by itself', async () => {
    const shared = await limiter();
    const bounds = limits(5, 0);
    for (let index = 0; index < 3; index += 1) await shared.admit('t', bounds, 1);
    await redis.kill();
    await expect.poll(() => shared.status()).toEqual({ mode: 'local', degraded: true });
    // This process remembers its own three requests: the outage starts no new minute.
    const answers: Admission[] = [];
    for (let index = 0; index < 4; index += 1) answers.push(await shared.admit('t', bounds, 1));
    expect(answers.map((answer) => answer.allowed)).toEqual([true, true, false, false]);
    for (const answer of answers) shared.settle(answer.reservation, 3);
    expect(lines.filter((line) => line.level === 50)).toHaveLength(1);
    await redis.restart();
    await expect
      .poll(() => shared.status(), { timeout: 60_000 })
      .toEqual({ mode: 'shared', degraded: false });
    expect((await shared.admit('t', bounds, 1)).allowed).toBe(true);
    expect(lines.map((line) => line.msg)).toEqual([
      'limits: Redis does not answer; each process enforces the limits for itself',
      'limits: Redis answers again; limits are shared',
    ]);
  });

  test('answers every request that is under way when Redis is killed', async () => {
    const shared = await limiter();
    redis.freeze();
    const underWay = Array.from({ length: 20 }, async () => shared.admit('t', limits(12, 0), 1));
    await redis.kill();
    const answers = await Promise.all(underWay);
    expect(answers.filter((answer) => answer.allowed)).toHaveLength(12);
    await redis.restart();
  });

  test('decides locally when Redis is too slow, stops waiting for it, and counts what came late', async () => {
    const shared = await limiter(30);
    const bounds = limits(50, 0);
    redis.freeze();
    const slow = await Promise.all([1, 2, 3].map(async () => shared.admit('t', bounds, 7)));
    expect(slow.every((answer) => answer.allowed)).toBe(true);
    expect(shared.status()).toEqual({ mode: 'local', degraded: true });
    // Nothing waits any more: the answer comes in the same turn.
    expect(shared.admit('t', bounds, 7)).toMatchObject({ allowed: true });
    shared.settle(slow[0]?.reservation ?? null, 100);
    redis.thaw();
    await expect.poll(() => used('t')).toEqual({ requests: 3, tokens: 114 });
    await expect.poll(() => shared.status().degraded, { timeout: 60_000 }).toBe(false);
    expect(lines.filter((line) => line.level === 50)).toHaveLength(1);
  });

  test('gives back in Redis what it had to refuse locally', async () => {
    const shared = await limiter(30);
    await shared.admit('t', limits(1, 0), 1);
    await redisCommand(redis.url, 'FLUSHALL');
    redis.freeze();
    expect((await shared.admit('t', limits(1, 0), 1)).allowed).toBe(false);
    redis.thaw();
    await expect.poll(async () => (await used('t')).requests).toBe(0);
  });

  test('starts without Redis, within a moment, and finds it later', { retry: 2 }, async () => {
    await redis.kill();
    const startedAt = performance.now();
    const shared = await limiter();
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect((await shared.admit('t', limits(1, 0), 1)).allowed).toBe(true);
    expect((await shared.admit('t', limits(1, 0), 1)).allowed).toBe(false);
    await redis.restart();
    await expect.poll(() => shared.status().mode, { timeout: 60_000 }).toBe('shared');
  });

  test('decides locally once it is closed', async () => {
    const shared = await limiter();
    await shared.close();
    await shared.close();
    expect(shared.admit('t', limits(1, 0), 1)).toMatchObject({ allowed: true });
    expect(lines).toEqual([]);
  });

  async function used(tenant: string): Promise<{ requests: number; tokens: number }> {
    const requests = await redisCommand(redis.url, 'ZCARD', `prism:limit:{${tenant}}:used`);
    const tokens = await redisCommand(redis.url, 'HGET', `prism:limit:{${tenant}}:sums`, 'tokens');
    return { requests: Number(requests.slice(1)), tokens: Number(tokens.split('\r\n')[1] ?? 0) };
  }
});
