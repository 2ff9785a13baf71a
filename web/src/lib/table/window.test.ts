import { expect, it } from 'vitest';
import { topFor, windowOf } from './window.ts';

it('draws what is in sight and a little beyond, never more than there is', () => {
  expect(windowOf(0, 400, 40, 1_000)).toEqual({ first: 0, end: 31 });
  expect(windowOf(4_000, 400, 40, 1_000)).toEqual({ first: 90, end: 121 });
  expect(windowOf(4_039, 400, 40, 1_000)).toEqual({ first: 90, end: 121 });
  expect(windowOf(39_600, 400, 40, 1_000)).toEqual({ first: 969, end: 1_000 });
  expect(windowOf(39_600, 400, 40, 3)).toEqual({ first: 0, end: 3 });
  expect(windowOf(0, 400, 40, 0)).toEqual({ first: 0, end: 0 });
});

it('scrolls no further than a row needs', () => {
  const at = { top: 1_000, viewport: 400, height: 40, head: 32 };
  expect(topFor(30, at)).toBe(1_000);
  expect(topFor(10, at)).toBe(400);
  expect(topFor(40, at)).toBe(1_272);
  expect(topFor(0, { ...at, top: 3 })).toBe(0);
});
