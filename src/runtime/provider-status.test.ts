import { describe, expect, test } from 'vitest';
import { UpstreamFailure, type UpstreamRequest, type UpstreamResponse } from '../providers/adapter.ts';
import { createProviderStatus, UNREADABLE_CREDENTIALS, withBreaker } from './provider-status.ts';
import { provider } from './served.case.ts';

interface Probe {
  readonly request: UpstreamRequest;
  answer(status: number): void;
  fail(error: unknown): void;
}

function setup() {
  let time = 0;
  const probes: Probe[] = [];
  const timers: { at: number; run: () => void }[] = [];
  const status = createProviderStatus({
    clock: () => time,
    send: (request) =>
      new Promise<UpstreamResponse>((resolve, reject) => {
        probes.push({
          request,
          answer: (code) => resolve({ status: code, headers: {}, body: Buffer.alloc(0) }),
          fail: reject,
        });
      }),
    timers: {
      after(ms, run) {
        const timer = { at: time + ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
  });
  function advance(ms: number): void {
    time += ms;
    for (const timer of timers.filter((one) => one.at <= time)) timer.run();
  }
  /** The next probe that goes out. */
  async function probe(number: number): Promise<Probe> {
    await expect.poll(() => probes.length).toBeGreaterThan(number);
    const found = probes[number];
    if (found === undefined) throw new Error('no probe');
    return found;
  }
  return { status, probes, probe, advance };
}

const unchanged = provider();

describe("a provider's status", () => {
  test('is what real traffic has shown, for 30 s, without a probe', async () => {
    const { status, probes, advance } = setup();
    status.observe('p', true);
    expect(await status.health(unchanged)).toEqual({ ok: true });
    status.observe('p', false, 'Connection failed');
    advance(29_999);
    expect(await status.health(unchanged)).toEqual({ ok: false, error: 'Connection failed' });
    expect(probes).toHaveLength(0);
  });

  test('comes from one probe for all who ask, kept for 30 s', async () => {
    const { status, probe, probes, advance } = setup();
    const asked = [status.health(unchanged), status.health(unchanged), status.health(unchanged)];
    const first = await probe(0);
    expect(first.request).toMatchObject({ method: 'GET', path: '/v1/models?limit=1' });
    first.answer(200);
    expect(await Promise.all(asked)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    advance(29_999);
    await status.health(unchanged);
    expect(probes).toHaveLength(1);
    advance(1);
    const again = status.health(unchanged);
    (await probe(1)).answer(401);
    expect(await again).toEqual({ ok: false, error: 'HTTP 401 from provider' });
  });

  test('is no fresher for a clock that was put back', async () => {
    const { status, probe, advance } = setup();
    status.observe('p', false, 'Connection failed');
    advance(-3_600_000);
    const asked = status.health(unchanged);
    (await probe(0)).answer(200);
    expect(await asked).toEqual({ ok: true });
  });

  test('keeps nobody waiting for more than 2 s, and takes the answer when it comes', async () => {
    const { status, probe, probes, advance } = setup();
    const asked = status.health(unchanged);
    const slow = await probe(0);
    advance(2_000);
    expect(await asked).toEqual({ ok: false, error: 'Timed out' });
    const later = status.health(unchanged);
    slow.answer(200);
    expect(await later).toEqual({ ok: true });
    expect(probes).toHaveLength(1);
  });

  test('does not let a probe overrule traffic that ended while it ran', async () => {
    const { status, probe } = setup();
    const asked = status.health(unchanged);
    const slow = await probe(0);
    status.observe('p', true);
    slow.fail(new UpstreamFailure('connection', 'x'));
    expect(await asked).toEqual({ ok: true });
  });

  test('is asked for anew when the provider has been changed since the probe', async () => {
    const { status, probe } = setup();
    const asked = status.health(unchanged);
    (await probe(0)).answer(401);
    await asked;
    const changed = status.health(provider('p', 'http://127.0.0.1:2'));
    (await probe(1)).answer(200);
    expect(await changed).toEqual({ ok: true });
  });

  test('takes 429 as a sign of life', async () => {
    const { status, probe } = setup();
    const asked = status.health(unchanged);
    (await probe(0)).answer(429);
    expect(await asked).toEqual({ ok: true });
  });

  test.each([
    [
      new UpstreamFailure('connection', 'at 10.0.0.7', { cause: coded('ECONNREFUSED') }),
      'Connection refused',
    ],
    [
      new UpstreamFailure('connection', 'x', { cause: new AggregateError([coded('ECONNREFUSED')]) }),
      'Connection refused',
    ],
    [new UpstreamFailure('connection', 'x', { cause: coded('ENOTFOUND') }), 'Host name not found'],
    [new UpstreamFailure('connection', 'sk-secret'), 'Connection failed'],
    [new UpstreamFailure('timeout', 'x'), 'Timed out'],
    [new UpstreamFailure('malformed', 'x'), 'Unreadable answer'],
    [new UpstreamFailure('credentials', 'sk-secret', { status: 403 }), 'HTTP 403 from provider'],
    [new Error('http://user:password@10.0.0.7'), 'The probe failed'],
  ])('tells %s in words of its own, without addresses or secrets', async (error, text) => {
    const { status, probe } = setup();
    const asked = status.health(unchanged);
    (await probe(0)).fail(error);
    expect(await asked).toEqual({ ok: false, error: text });
  });

  test('is an error for as long as its credentials cannot be read, whoever asks', () => {
    const { status, advance } = setup();
    status.observe('p', true);
    advance(1_000);
    const unreadable = {
      ok: false,
      error: UNREADABLE_CREDENTIALS,
      trafficAt: null,
      since: 1_000,
    };
    status.retain(new Set(), ['p']);
    advance(500);
    status.retain(new Set(), ['p']);
    expect(status.known()).toEqual({ p: { ...unreadable, at: 1_500 } });
    advance(500);
    expect(status.known()).toEqual({ p: { ...unreadable, at: 2_000 } });
    status.retain(new Set(['p']));
    expect(status.known()).toEqual({});
  });

  test('knows since when it is so, and until when the breaker leaves it alone', () => {
    const { status, advance } = setup();
    status.observe('p', true);
    advance(1_000);
    status.observe('p', false, 'Timed out');
    advance(500);
    status.observe('p', false, 'Connection refused');
    expect(status.known()['p']).toEqual({
      ok: false,
      error: 'Connection refused',
      at: 1_500,
      since: 1_000,
      trafficAt: 1_500,
    });
    const open = withBreaker(status.known(), () => 250.4, 10_000);
    expect(open['p']).toMatchObject({ openUntil: 10_250 });
    expect(withBreaker(status.known(), () => null, 10_000)['p']).not.toHaveProperty('openUntil');
  });

  test('cuts long texts and forgets providers that are gone', async () => {
    const { status, probe } = setup();
    status.observe('p', false, 'x'.repeat(500));
    expect((await status.health(unchanged)).error).toHaveLength(80);
    status.retain(new Set());
    const asked = status.health(unchanged);
    (await probe(0)).answer(200);
    expect(await asked).toEqual({ ok: true });
  });
});

function coded(code: string): Error {
  return Object.assign(new Error('connect 10.0.0.7:443'), { code });
}
