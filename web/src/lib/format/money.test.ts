import { describe, expect, it } from 'vitest';
import { formatCost, formatExact, formatPrice, formatTotal } from './money.ts';

describe('money', () => {
  it('shows a cost with two decimals and two significant digits at least, never scientific', () => {
    const cases: readonly (readonly [number | null, string])[] = [
      [1.24, '$1.24'],
      [0.041, '$0.041'],
      [0.0000087, '$0.0000087'],
      [0.000000000001, '$0.0000000000010'],
      [0.0996, '$0.10'],
      [1234.5, '$1,234.50'],
      [12_400, '$12.4k'],
      [-0.5, '−$0.50'],
      [0, '$0'],
      [null, '—'],
    ];
    for (const [usd, text] of cases) expect(formatCost(usd)).toBe(text);
  });

  it('never shows a sum that is more than nothing as nothing', () => {
    expect(formatTotal(0)).toBe('$0');
    expect(formatTotal(0.0004)).toBe('< $0.01');
    expect(formatTotal(0.005)).toBe('$0.01');
    expect(formatTotal(-3.1)).toBe('−$3.10');
    expect(formatTotal(2_500_000)).toBe('$2.5M');
  });

  it('shows a price with up to four significant digits', () => {
    expect(formatPrice(2.5)).toBe('$2.50');
    expect(formatPrice(0.075)).toBe('$0.075');
    expect(formatPrice(15)).toBe('$15.00');
    expect(formatPrice(123_456.789)).toBe('$123.5k');
    expect(formatPrice(1_000_000)).toBe('$1M');
    expect(formatPrice(0)).toBe('$0');
    expect(formatPrice(null)).toBe('—');
  });

  it('keeps every digit where it is asked to', () => {
    expect(formatExact(0.000008712345)).toBe('$0.000008712345 USD');
  });
});
