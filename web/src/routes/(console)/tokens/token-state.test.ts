import { describe, expect, it } from 'vitest';
import {
  chooseTokens,
  daysToEnd,
  endAfter,
  endOfDay,
  readTokenView,
  scopeLabel,
  tokenState,
} from './token-state.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const token = (id: string, expiresAt: string, revokedAt: string | null = null) => ({
  id,
  userId: `of-${id}`,
  name: id,
  prefix: 'omp-pat-123456',
  scopes: ['USAGE_READ' as const],
  tenantIds: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt,
  lastUsedAt: null,
  revokedAt,
});
const ALL = [
  token('live', '2027-01-01T00:00:00.000Z'),
  token('ending', '2026-11-25T00:00:00.000Z'),
  token('expired', '2026-11-20T00:00:00.000Z'),
  token('revoked', '2027-01-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'),
];

describe('an access token', () => {
  it('is live until it ends or is revoked, and says so some days before', () => {
    expect(ALL.map((one) => tokenState(one, NOW))).toEqual(['live', 'ending', 'expired', 'revoked']);
  });

  it('may end today at the earliest, and at the latest so that the server takes it', () => {
    const { first, last } = daysToEnd(NOW);
    expect(Date.parse(endOfDay(first) ?? '')).toBeGreaterThan(NOW);
    const year = Date.parse('2027-11-23T12:00:00.000Z');
    expect(Date.parse(endOfDay(last) ?? '')).toBeLessThanOrEqual(year);
    expect(Date.parse(endOfDay(last) ?? '')).toBeGreaterThan(year - 2 * 86_400_000);
  });

  it('is found by its state and its user', () => {
    const found = (search: string) =>
      chooseTokens(ALL, readTokenView(new URLSearchParams(search)), NOW).map(({ id }) => id);
    expect(found('')).toHaveLength(4);
    expect(found('state=live')).toEqual(['live', 'ending']);
    expect(found('state=ended')).toEqual(['expired', 'revoked']);
    expect(found('of=all&user=of-live')).toEqual(['live']);
    expect(found('state=nonsense')).toHaveLength(4);
  });

  it('ends within the year that the server allows', () => {
    const year = Date.parse('2027-11-23T12:00:00.000Z');
    expect(Date.parse(endAfter(365, NOW))).toBeLessThan(year);
    expect(endOfDay('2026-12-31')).not.toBeNull();
    expect(endOfDay('')).toBeNull();
  });

  it('spells scopes as REST does', () => {
    expect(scopeLabel('USAGE_READ')).toBe('usage:read');
  });
});
