import { describe, expect, test } from 'vitest';
import { createLearnedWindows } from './learned-windows.ts';
import { served } from './served.case.ts';

function setup() {
  let time = 0;
  const windows = createLearnedWindows({ clock: () => time });
  return { windows, advance: (ms: number) => (time += ms) };
}

describe('a learned window', () => {
  test('counts at once, for that model of that provider alone', () => {
    const { windows } = setup();
    windows.learn(served({ provider: 'a', model: 'm', contextWindow: 100 }), 80);
    expect(windows.windowOf(served({ provider: 'a', model: 'm', contextWindow: 100 }))).toBe(80);
    expect(windows.windowOf(served({ provider: 'b', model: 'm', contextWindow: 100 }))).toBe(100);
    expect(windows.windowOf(served({ provider: 'a', model: 'n', contextWindow: null }))).toBeNull();
  });

  test('may be the first that is known, and may be larger', () => {
    const { windows } = setup();
    windows.learn(served({ contextWindow: null }), 80);
    expect(windows.windowOf(served({ contextWindow: null }))).toBe(80);
    windows.learn(served({ contextWindow: null }), 90);
    expect(windows.windowOf(served({ contextWindow: null }))).toBe(90);
  });

  test('gives way as soon as the snapshot says something new', () => {
    const { windows } = setup();
    windows.learn(served({ contextWindow: 100 }), 80);
    expect(windows.windowOf(served({ contextWindow: 70 }))).toBe(70);
    expect(windows.windowOf(served({ contextWindow: 100 }))).toBe(100);
  });

  test('gives way after five minutes to a window that was set by hand', () => {
    const { windows, advance } = setup();
    windows.learn(served({ contextWindow: 100 }), 80);
    advance(299_999);
    expect(windows.windowOf(served({ contextWindow: 100 }))).toBe(80);
    advance(1);
    expect(windows.windowOf(served({ contextWindow: 100 }))).toBe(100);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('is not believed when it is %s', (figure) => {
    const { windows } = setup();
    windows.learn(served({ contextWindow: 100 }), figure);
    expect(windows.windowOf(served({ contextWindow: 100 }))).toBe(100);
  });

  test('makes room for newer ones when there are far too many', () => {
    const { windows } = setup();
    for (let index = 0; index <= 10_000; index += 1) windows.learn(served({ model: `m${index}` }), 80);
    expect(windows.windowOf(served({ model: 'm0' }))).toBeNull();
    expect(windows.windowOf(served({ model: 'm1' }))).toBe(80);
    expect(windows.windowOf(served({ model: 'm10000' }))).toBe(80);
  });
});
