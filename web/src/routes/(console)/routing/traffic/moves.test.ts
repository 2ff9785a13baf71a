import { describe, expect, it } from 'vitest';
import { countMoves, directionOf, rowsOf, tiersOf } from './moves.ts';
import type { Move } from './moves.ts';

const move = (given: Partial<Move>): Move => ({
  from: 'sim/a',
  to: 'sim/b',
  category: 'translation',
  rows: 1,
  costBefore: 1,
  costAfter: 1,
  ...given,
});

describe('moves', () => {
  const tiers = tiersOf([
    {
      slug: 'sim',
      models: [
        { modelId: 'a', tier: 'LOW' },
        { modelId: 'b', tier: 'HIGH' },
        { modelId: 'c', tier: null },
      ],
    },
  ]);

  it('go up and down by tier, and by cost where a tier is not known', () => {
    expect(directionOf(move({ costAfter: 0 }), tiers)).toBe('up');
    expect(directionOf(move({ to: 'sim/c', costAfter: 0 }), tiers)).toBe('down');
    expect(directionOf(move({ to: 'sim/c' }), tiers)).toBe('level');
    expect(countMoves([move({ rows: 3 }), move({ from: 'sim/b', to: 'sim/a', rows: 2 })], tiers)).toEqual({
      up: 3,
      down: 2,
      level: 0,
    });
  });

  it('lead to the rows of the model that would be left', () => {
    expect(rowsOf(move({ from: 'sim/org/a' }), 7, 't')).toBe(
      '/requests?routed=yes&provider=sim&model=org%2Fa&range=168h&tenant=t',
    );
    expect(rowsOf(move({ from: null }), 7, '')).toBeNull();
  });
});
