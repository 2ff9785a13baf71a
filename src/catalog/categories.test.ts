import { describe, expect, it } from 'vitest';
import { TIERS } from '../routing/types.ts';
import { AXES } from './benchmarks.ts';
import { BUILT_IN_CATEGORIES } from './categories.ts';

describe('the built-in categories', () => {
  it('have keys and positions of their own, and ascend by tier', () => {
    const keys = BUILT_IN_CATEGORIES.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const positions = BUILT_IN_CATEGORIES.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    const ranks = BUILT_IN_CATEGORIES.map(({ tier }) => TIERS.indexOf(tier));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  it('are complete: a name, a description, examples and an axis that is measured', () => {
    for (const { key, name, description, axis, examples } of BUILT_IN_CATEGORIES) {
      expect(key).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
      expect([key, name.length > 2, description.length > 10]).toEqual([key, true, true]);
      expect([key, examples.length >= 2, new Set(examples).size]).toEqual([key, true, examples.length]);
      expect(AXES).toContain(axis);
    }
  });

  it('need eyes exactly where there is something to see', () => {
    const seeing = BUILT_IN_CATEGORIES.filter(({ requiresVision }) => requiresVision);
    expect(seeing.map(({ key }) => key)).toEqual([
      'vision_simple',
      'vision_complex',
      'multimodal_analysis',
      'vision_critical',
    ]);
  });
});
