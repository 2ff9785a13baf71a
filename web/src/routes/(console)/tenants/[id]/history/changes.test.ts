import { expect, it } from 'vitest';
import { actionWords, changesOf } from './changes.ts';

it('names what differs and nothing else, lists as a whole', () => {
  const before = { name: 'A', rateLimit: { requestsPerMinute: 60 }, list: ['x'], updatedAt: '1' };
  const after = { name: 'A', rateLimit: { requestsPerMinute: 120 }, list: ['x', 'y'], updatedAt: '2' };
  expect(changesOf(before, after)).toEqual([
    { path: 'rateLimit.requestsPerMinute', before: '60', after: '120' },
    { path: 'list', before: '["x"]', after: '["x","y"]' },
  ]);
});

it('tells what came and what went', () => {
  expect(changesOf(null, { label: 'ci' })).toEqual([{ path: 'label', before: null, after: 'ci' }]);
  expect(changesOf({ label: 'ci' }, null)).toEqual([{ path: 'label', before: 'ci', after: null }]);
  expect(changesOf(null, null)).toEqual([]);
});

it('says an action in words, and its name where there are none', () => {
  expect(actionWords('key.rotate')).toBe('rotated the primary key');
  expect(actionWords('later.thing')).toBe('later.thing');
});
