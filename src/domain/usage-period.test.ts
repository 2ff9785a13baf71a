import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { resolvePeriod } from './usage-period.ts';

const NOW = new Date('2026-11-23T08:15:30Z');

describe('a period', () => {
  // Each of them is a moment that the doors take; dates were once compared as texts there, without an end.
  it.each(['9999-12-31T23:30:00Z', '9999-12-31T23:30:00-12:00', '0001-01-02T00:00:00Z'])(
    'does not end in a year that no request is of: %s',
    (text) => {
      const ask = () => resolvePeriod({ to: new Date(text), days: 2, timeZone: 'Europe/Berlin' }, NOW);
      expect(ask).toThrow(AppError);
      expect(ask).toThrow('1970');
    },
  );

  it('does not begin there', () => {
    expect(() => resolvePeriod({ from: new Date('0000-01-01T00:00:00Z') }, NOW)).toThrow('1970');
  });
});
