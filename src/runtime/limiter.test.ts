import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLimiter, type Limits, type Reservation } from './limiter.ts';
import { WINDOW_MS } from './sliding-window.ts';

function setup() {
  let time = 1_000_000;
  const limiter = createLimiter({ clock: () => time });
  return { limiter, advance: (ms: number) => (time += ms), now: () => time };
}

const limits = (requestsPerMinute: number, tokensPerMinute: number): Limits => ({
  requestsPerMinute,
  tokensPerMinute,
});

interface Admitted {
  readonly time: number;
  tokens: number;
  reservation: Reservation | null;
}

/** The definition itself: whatever was admitted less than 60 s ago counts. */
class Model {
  admitted: Admitted[] = [];
  live(now: number): Admitted[] {
    return this.admitted.filter((one) => now - one.time < WINDOW_MS);
  }
  allows(now: number, bounds: Limits, tokens: number): boolean {
    const live = this.live(now);
    const sum = live.reduce((total, one) => total + one.tokens, 0);
    return (
      (bounds.requestsPerMinute === 0 || live.length < bounds.requestsPerMinute) &&
      (bounds.tokensPerMinute === 0 || sum + tokens <= bounds.tokensPerMinute)
    );
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('admit' as const), tokens: fc.nat(400) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.nat(3),
        fc.nat(2_000),
        fc.nat(70_000),
        fc.constant(59_999),
        fc.constant(60_000),
        // As fine as performance.now().
        fc.double({ min: 0, max: 2, noNaN: true }),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), tokens: fc.nat(900) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
);

describe('the limiter', () => {
  test('decides like the definition of a sliding window, whatever is admitted, settled and cancelled when', () => {
    fc.assert(
      fc.property(
        fc.nat(12),
        fc.nat(1_500),
        fc.array(step, { maxLength: 120 }),
        fc.boolean(),
        (requests, tokens, steps, whole) => {
          const { limiter, advance, now } = setup();
          const bounds = limits(requests, tokens);
          const model = new Model();
          for (const one of steps) {
            if (one.do === 'wait') advance(whole ? Math.floor(one.ms) : one.ms);
            else if (one.do === 'admit') {
              const answer = limiter.admit('t', bounds, one.tokens);
              const expected = model.allows(now(), bounds, one.tokens);
              // With a clock finer than 1 ms an entry may leave up to 1 ms late: stricter, never laxer.
              if (whole || answer.allowed) expect(answer.allowed).toBe(expected);
              if (answer.allowed) {
                model.admitted.push({ time: now(), tokens: one.tokens, reservation: answer.reservation });
              } else expect(answer.retryAfterMs).toBeGreaterThan(0);
              if (requests > 0 && whole) {
                expect(answer.requests?.remaining).toBe(Math.max(0, requests - model.live(now()).length));
              }
            } else {
              const target = model.admitted[one.which % Math.max(1, model.admitted.length)];
              if (target?.reservation == null) continue;
              if (one.do === 'settle') {
                limiter.settle(target.reservation, one.tokens);
                target.tokens = one.tokens;
              } else {
                limiter.cancel(target.reservation);
                model.admitted.splice(model.admitted.indexOf(target), 1);
              }
              target.reservation = null;
            }
          }
        },
      ),
      {
        numRuns: 400,
        // Two times whose difference and whose sum with 60 s are rounded to different sides of the border.
        examples: [
          [
            0,
            358,
            [
              { do: 'wait', ms: 2 ** -34 + 2 ** -80 },
              { do: 'admit', tokens: 1 },
              { do: 'wait', ms: 59_999 },
              { do: 'wait', ms: 1 },
              { do: 'admit', tokens: 358 },
            ],
            false,
          ],
        ],
      },
    );
  });

  test('never admits more than its limits in any window of 60 s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.record({ gap: fc.nat(20_000), tokens: fc.nat(600) }), { maxLength: 200 }),
        (requests, tokens, arrivals) => {
          const { limiter, advance, now } = setup();
          const admitted: { time: number; tokens: number }[] = [];
          for (const arrival of arrivals) {
            advance(arrival.gap);
            if (limiter.admit('t', limits(requests, tokens), arrival.tokens).allowed) {
              admitted.push({ time: now(), tokens: arrival.tokens });
            }
          }
          for (const { time: start } of admitted) {
            const inside = admitted.filter(({ time }) => time >= start && time < start + WINDOW_MS);
            expect(inside.length).toBeLessThanOrEqual(requests);
            expect(inside.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(tokens);
          }
        },
      ),
    );
  });

  test('names a time to come back that is enough, and at most a second more than needed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 300, max: 1_500 }),
        fc.array(fc.record({ gap: fc.nat(4_000), tokens: fc.nat(300) }), { minLength: 20, maxLength: 60 }),
        (requests, tokens, arrivals) => {
          const { limiter, advance, now } = setup();
          const model = new Model();
          const bounds = limits(requests, tokens);
          for (const arrival of arrivals) {
            advance(arrival.gap);
            const answer = limiter.admit('t', bounds, arrival.tokens);
            if (answer.allowed)
              model.admitted.push({ time: now(), tokens: arrival.tokens, reservation: null });
            else {
              expect(model.allows(now() + answer.retryAfterMs, bounds, arrival.tokens)).toBe(true);
              expect(model.allows(now() + answer.retryAfterMs - 1_001, bounds, arrival.tokens)).toBe(false);
            }
          }
        },
      ),
    );
  });

  test('tells limit, remaining and reset of both limits', () => {
    const { limiter, advance } = setup();
    limiter.admit('t', limits(3, 100), 30);
    advance(10_000);
    const answer = limiter.admit('t', limits(3, 100), 20);
    expect(answer).toMatchObject({
      allowed: true,
      reason: null,
      retryAfterMs: 0,
      requests: { limit: 3, remaining: 1, resetMs: 60_000 },
      tokens: { limit: 100, remaining: 50, resetMs: 60_000 },
    });
    expect(limiter.admit('t', limits(3, 100), 60)).toMatchObject({
      allowed: false,
      reason: 'tokens',
      retryAfterMs: 50_000,
    });
  });

  test('refuses a request that alone exceeds the token limit, and says so', () => {
    const { limiter } = setup();
    expect(limiter.admit('t', limits(0, 100), 101)).toMatchObject({
      allowed: false,
      reason: 'request_too_large',
      retryAfterMs: 60_000,
    });
    expect(limiter.admit('t', limits(0, 100), 100).allowed).toBe(true);
  });

  test('costs and remembers nothing for a tenant without limits', () => {
    const { limiter } = setup();
    expect(limiter.admit('t', limits(0, 0), 1e9)).toEqual({
      allowed: true,
      reason: null,
      reservation: null,
      retryAfterMs: 0,
      requests: null,
      tokens: null,
    });
    expect(limiter.size).toBe(0);
    limiter.settle(null, 5);
  });

  test('does not let one tenant use up the limit of another', () => {
    const { limiter } = setup();
    expect(limiter.admit('a', limits(1, 0), 1).allowed).toBe(true);
    expect(limiter.admit('a', limits(1, 0), 1).allowed).toBe(false);
    expect(limiter.admit('b', limits(1, 0), 1).allowed).toBe(true);
  });

  test('counts only the first settlement of a reservation', () => {
    const { limiter } = setup();
    const { reservation } = limiter.admit('t', limits(0, 100), 80);
    limiter.settle(reservation, 20);
    limiter.settle(reservation, 0);
    limiter.cancel(reservation);
    expect(limiter.admit('t', limits(0, 100), 81).allowed).toBe(false);
    expect(limiter.admit('t', limits(0, 100), 80).allowed).toBe(true);
  });

  test('refuses new requests while more was used than reserved', () => {
    const { limiter, advance } = setup();
    const { reservation } = limiter.admit('t', limits(0, 100), 10);
    advance(1_000);
    limiter.settle(reservation, 500);
    expect(limiter.admit('t', limits(0, 100), 1)).toMatchObject({ allowed: false, retryAfterMs: 59_000 });
    advance(59_000);
    expect(limiter.admit('t', limits(0, 100), 1).allowed).toBe(true);
  });

  test('treats a clock that jumps back as standing still', () => {
    const { limiter, advance } = setup();
    expect(limiter.admit('t', limits(1, 0), 1).allowed).toBe(true);
    advance(-3_600_000);
    expect(limiter.admit('t', limits(1, 0), 1)).toMatchObject({ allowed: false, retryAfterMs: 60_000 });
  });

  test('takes figures that are none as zero tokens', () => {
    const { limiter } = setup();
    for (const tokens of [Number.NaN, -5, Number.POSITIVE_INFINITY]) {
      expect(limiter.admit('t', limits(0, 10), tokens).tokens?.remaining).toBe(10);
    }
  });

  test('forgets idle tenants while others are admitted', () => {
    const { limiter, advance } = setup();
    for (let index = 0; index < 1_000; index += 1) limiter.admit(`t${index}`, limits(5, 0), 1);
    expect(limiter.size).toBe(1_000);
    advance(60_000);
    for (let index = 0; index < 2_100; index += 1) limiter.admit('busy', limits(5, 0), 1);
    expect(limiter.size).toBe(1);
  });

  test('stays exact with high limits and through growing and shrinking', () => {
    const { limiter, advance } = setup();
    const bounds = limits(100_000, 0);
    for (let index = 0; index < 100_000; index += 1) {
      if (index % 10 === 0) advance(1);
      expect(limiter.admit('t', bounds, 1).allowed).toBe(true);
    }
    expect(limiter.admit('t', bounds, 1)).toMatchObject({ allowed: false, retryAfterMs: 50_001 });
    advance(50_001);
    for (let index = 0; index < 10; index += 1) expect(limiter.admit('t', bounds, 1).allowed).toBe(true);
    expect(limiter.admit('t', bounds, 1).allowed).toBe(false);
    advance(59_999);
    expect(limiter.admit('t', bounds, 1).requests?.remaining).toBe(99_989);
  });
});
