import { describe, expect, it } from 'vitest';
import { clashesOf, plainWords, unseenClashes, withSiblings } from './clash.ts';

describe('what two have changed', () => {
  const before = { name: 'A', list: ['x'], days: 1 };

  it('clashes where each did so in another way', () => {
    const now = { name: 'B', list: ['x', 'y'], days: 1 };
    expect(clashesOf(before, now, { name: 'C', days: 7 })).toEqual([
      { field: 'name', mine: 'C', theirs: 'B' },
    ]);
    expect(clashesOf(before, now, { list: ['z'] })).toEqual([
      { field: 'list', mine: ['z'], theirs: ['x', 'y'] },
    ]);
  });

  it('does not where both did the same, or one nothing', () => {
    expect(clashesOf(before, { ...before, list: ['x', 'y'] }, { list: ['x', 'y'] })).toEqual([]);
    expect(clashesOf(before, before, { name: 'C', list: [] })).toEqual([]);
    expect(clashesOf(before, { name: 'B', list: [], days: 2 }, {})).toEqual([]);
  });
});

it('takes what cannot be seen for changed, where it is changed here', () => {
  expect(unseenClashes({ password: 'x', role: 'ADMIN' }, ['password', 'key'])).toEqual([
    { field: 'password', mine: 'x', theirs: undefined },
  ]);
  expect(unseenClashes({ role: 'ADMIN' }, ['password'])).toEqual([]);
});

it('does not put one half of mine together with the other half of theirs', () => {
  const before = { mode: 'all', list: [] as string[], days: 1 };
  const now = { mode: 'but', list: ['x'], days: 1 };
  const together = [['mode', 'list']];
  expect(clashesOf(before, now, withSiblings({ mode: 'only' }, before, together))).toEqual([
    { field: 'mode', mine: 'only', theirs: 'but' },
    { field: 'list', mine: [], theirs: ['x'] },
  ]);
  expect(withSiblings({ days: 2 }, before, together)).toEqual({ days: 2 });
  expect(clashesOf(before, before, withSiblings({ list: ['y'] }, before, together))).toEqual([]);
});

it('says a value in words', () => {
  expect([null, '', [], true, ['a', 'b'], 0, { a: 1 }].map(plainWords)).toEqual([
    'nothing',
    'nothing',
    'none',
    'on',
    'a, b',
    '0',
    '{"a":1}',
  ]);
});
