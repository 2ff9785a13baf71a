import { describe, expect, it } from 'vitest';
import { formatDuration, formatMoment } from './time.ts';

describe('time', () => {
  const now = Date.UTC(2026, 10, 12, 14, 3);

  it('is relative up to a day, then absolute', () => {
    expect(formatMoment(new Date(now - 3_000), now)).toBe('just now');
    expect(formatMoment(new Date(now - 3 * 60_000), now)).toBe('3 min ago');
    expect(formatMoment(new Date(now - 3_599_000), now)).toBe('59 min ago');
    expect(formatMoment(new Date(now + 5 * 3_600_000), now)).toBe('in 5 h');
    expect(formatMoment(new Date(now - 48 * 3_600_000), now)).toMatch(/^1\d Nov, \d\d:\d\d$/);
    expect(formatMoment(new Date(now - 400 * 24 * 3_600_000), now)).toContain('2025');
  });

  it('shows durations in the unit that reads best', () => {
    expect(formatDuration(0.2)).toBe('< 1 ms');
    expect(formatDuration(840)).toBe('840 ms');
    expect(formatDuration(2_449)).toBe('2.4 s');
    expect(formatDuration(192_000)).toBe('3 m 12 s');
    expect(formatDuration(null)).toBe('—');
  });
});
