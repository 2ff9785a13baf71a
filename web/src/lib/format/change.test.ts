import { expect, it } from 'vitest';
import { formatChange, formatCostChange, formatPoints } from './change.ts';

it('says how a figure stands beside the one before', () => {
  expect(
    [
      [112, 100],
      [96, 100],
      [100.1, 100],
      [100.01, 100],
      [2_500, 100],
    ].map(([now, before]) => formatChange(now ?? 0, before ?? 0)),
  ).toEqual(['+12 %', '−4 %', '+0.1 %', 'no change', '×25']);
  expect([formatChange(5, 0), formatChange(null, 5), formatChange(5, null)]).toEqual([null, null, null]);
  expect(formatChange(0, 5)).toBe('−100 %');
});

it('compares shares by points', () => {
  expect([
    formatPoints(0.052, 0.048),
    formatPoints(0, 0.5),
    formatPoints(0.1, 0.1),
    formatPoints(null, 1),
  ]).toEqual(['+0.4 points', '−50 points', 'no change', null]);
});

it('says by how much money a sum has changed', () => {
  expect([
    formatCostChange(1.5, 0.3),
    formatCostChange(0.3, 0.65),
    formatCostChange(0.301, 0.3),
    formatCostChange(0.02, 0),
    formatCostChange(1, null),
  ]).toEqual(['+$1.20', '−$0.35', 'no change', '+$0.02', '—']);
});
