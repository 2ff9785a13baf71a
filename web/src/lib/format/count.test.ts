import { describe, expect, it } from 'vitest';
import { counted, formatCompact, formatShare, ordinal } from './count.ts';

describe('counts', () => {
  it('shortens from ten thousand on', () => {
    expect(formatCompact(9_999)).toBe('9,999');
    expect(formatCompact(12_400)).toBe('12.4k');
    expect(formatCompact(3_140_000)).toBe('3.1M');
  });

  it('shows a share, and no share of nothing', () => {
    expect(formatShare(1, 8)).toBe('13 %');
    expect(formatShare(1, 100_000)).toBe('< 0.1 %');
    expect(formatShare(0, 5)).toBe('0 %');
    expect(formatShare(0, 0)).toBe('—');
  });

  it('counts one and many', () => {
    expect(counted(1, 'key')).toBe('1 key');
    expect(counted(0, 'key')).toBe('0 keys');
  });

  it('says which one of many it is', () => {
    const said = [1, 2, 3, 4, 11, 12, 13, 21, 102].map(ordinal);
    expect(said).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd']);
  });
});
