import { describe, expect, it } from 'vitest';
import { ordered, orderParts, readOrder } from './order.ts';

const NATURAL = { name: 'up', cost: 'down' } as const;
const read = (search: string) => readOrder(new URLSearchParams(search), NATURAL, 'name');

describe('the order of a list', () => {
  it('goes its natural way unless the address says the other', () => {
    expect(read('')).toEqual({ by: 'name', down: false });
    expect(read('sort=cost')).toEqual({ by: 'cost', down: true });
    expect(read('sort=cost&dir=up')).toEqual({ by: 'cost', down: false });
    expect(read('sort=nonsense&dir=x')).toEqual({ by: 'name', down: false });
  });

  it('is turned round by asking for it again, and says no more than it must', () => {
    const parts = (search: string, sort: 'name' | 'cost') => orderParts(sort, read(search), NATURAL, 'name');
    expect(parts('', 'cost')).toEqual({ sort: 'cost', dir: '' });
    expect(parts('sort=cost', 'cost')).toEqual({ sort: 'cost', dir: 'up' });
    expect(parts('sort=cost&dir=up', 'cost')).toEqual({ sort: 'cost', dir: '' });
    expect(parts('sort=cost&dir=up', 'name')).toEqual({ sort: '', dir: '' });
    expect(parts('', 'name')).toEqual({ sort: '', dir: 'down' });
  });

  it('leaves equals as they were', () => {
    const rows = [
      { n: 1, at: 'a' },
      { n: 2, at: 'b' },
      { n: 1, at: 'c' },
    ];
    const by = (a: { n: number }, b: { n: number }) => a.n - b.n;
    expect(ordered(rows, by, false).map(({ at }) => at)).toEqual(['a', 'c', 'b']);
    expect(ordered(rows, by, true).map(({ at }) => at)).toEqual(['b', 'a', 'c']);
  });
});
