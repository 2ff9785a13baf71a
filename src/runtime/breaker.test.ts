import { describe, expect, test } from 'vitest';
import { createBreaker } from './breaker.ts';

function setup() {
  let time = 0;
  const breaker = createBreaker({ clock: () => time, threshold: 3, openMs: 1_000 });
  return {
    breaker,
    advance: (ms: number) => (time += ms),
    fail: (times: number, id = 'p') => {
      for (let index = 0; index < times; index += 1) breaker.onFailure(id, 'connection');
    },
  };
}

describe('the breaker', () => {
  test('opens after the threshold of failures in a row, for that provider alone', () => {
    const { breaker, fail } = setup();
    fail(2);
    expect(breaker.allows('p')).toBe(true);
    fail(1);
    expect(breaker.allows('p')).toBe(false);
    expect(breaker.state('p')).toBe('open');
    expect(breaker.allows('q')).toBe(true);
  });

  test('starts counting anew after a success', () => {
    const { breaker, fail } = setup();
    fail(2);
    breaker.onSuccess('p');
    fail(2);
    expect(breaker.state('p')).toBe('closed');
  });

  test.each(['connection', 'timeout', 'unavailable', 'malformed'] as const)('counts %s', (kind) => {
    const { breaker } = setup();
    for (let index = 0; index < 3; index += 1) breaker.onFailure('p', kind);
    expect(breaker.state('p')).toBe('open');
  });

  test.each(['rejected', 'context_overflow', 'credentials', 'rate_limited'] as const)(
    'takes %s as an answer: the provider is there',
    (kind) => {
      const { breaker, fail } = setup();
      for (let index = 0; index < 9; index += 1) breaker.onFailure('p', kind);
      expect(breaker.state('p')).toBe('closed');
      fail(2);
      breaker.onFailure('p', kind);
      fail(2);
      expect(breaker.state('p')).toBe('closed');
    },
  );

  test('lets exactly one probe through when the time is over', () => {
    const { breaker, fail, advance } = setup();
    fail(3);
    advance(999);
    expect(breaker.allows('p')).toBe(false);
    advance(1);
    expect([breaker.allows('p'), breaker.allows('p'), breaker.allows('p')]).toEqual([true, false, false]);
    expect(breaker.state('p')).toBe('half_open');
  });

  test('closes when the probe succeeds', () => {
    const { breaker, fail, advance } = setup();
    fail(3);
    advance(1_000);
    breaker.allows('p');
    breaker.onSuccess('p');
    expect([breaker.allows('p'), breaker.allows('p')]).toEqual([true, true]);
  });

  test('opens again for the whole time when the probe fails', () => {
    const { breaker, fail, advance } = setup();
    fail(3);
    advance(1_000);
    breaker.allows('p');
    fail(1);
    advance(999);
    expect(breaker.allows('p')).toBe(false);
    advance(1);
    expect(breaker.allows('p')).toBe(true);
  });

  test('lets the next probe through when the outcome of the first never comes back', () => {
    const { breaker, fail, advance } = setup();
    fail(3);
    advance(1_000);
    expect(breaker.allows('p')).toBe(true);
    advance(999);
    expect(breaker.allows('p')).toBe(false);
    advance(1);
    expect([breaker.allows('p'), breaker.allows('p')]).toEqual([true, false]);
  });

  test('is not kept open by late failures of requests that left before it opened', () => {
    const { breaker, fail, advance } = setup();
    fail(3);
    advance(900);
    fail(5);
    advance(100);
    expect(breaker.allows('p')).toBe(true);
  });

  test('says how long it stays open', () => {
    const { breaker, fail, advance } = setup();
    fail(2);
    expect(breaker.openFor('p')).toBeNull();
    fail(1);
    advance(400);
    expect(breaker.openFor('p')).toBe(600);
    advance(800);
    expect(breaker.openFor('p')).toBe(0);
    breaker.onSuccess('p');
    expect(breaker.openFor('p')).toBeNull();
  });

  test('keeps from a model that fails while others of its provider may be asked, and closes with its probe', () => {
    const { breaker, advance } = setup();
    for (let index = 0; index < 9; index += 1) breaker.onFailure('p', 'unavailable', 'bad');
    breaker.onFailure('p', 'malformed', 'good');
    expect([breaker.wouldAllow('p', 'bad'), breaker.wouldAllow('p', 'good')]).toEqual([false, true]);
    expect([breaker.allows('p', 'bad'), breaker.allows('p', 'good')]).toEqual([false, true]);
    expect([breaker.state('p'), breaker.wouldAllow('p'), breaker.openFor('p')]).toEqual([
      'closed',
      true,
      null,
    ]);
    breaker.onSuccess('p', 'good');
    expect(breaker.openFor('p', 'bad')).toBe(1_000);
    advance(1_000);
    expect([breaker.allows('p', 'bad'), breaker.allows('p', 'bad')]).toEqual([true, false]);
    breaker.onSuccess('p', 'bad');
    expect([breaker.allows('p', 'bad'), breaker.allows('p', 'bad')]).toEqual([true, true]);
  });

  test('opens for all when one model after the other fails, or nobody can connect', () => {
    const { breaker } = setup();
    for (const model of ['a', 'b', 'a']) breaker.onFailure('p', 'timeout', model);
    expect(breaker.allows('p', 'c')).toBe(false);
    for (let index = 0; index < 3; index += 1) breaker.onFailure('q', 'connection', 'a');
    expect(breaker.allows('q', 'b')).toBe(false);
    expect(breaker.wouldAllow('q')).toBe(false);
  });

  test('forgets providers that are gone', () => {
    const { breaker, fail } = setup();
    fail(3);
    breaker.retain(new Set(['q']));
    expect(breaker.state('p')).toBe('closed');
  });
});
