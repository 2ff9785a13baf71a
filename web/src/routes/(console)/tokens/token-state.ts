import type { AccessScope, TokenRowFragment } from '#lib/generated/graphql.ts';

const DAY = 86_400_000;
/** From then on a token's end is worth a word. */
const SOON = 7 * DAY;

export type TokenState = 'live' | 'ending' | 'expired' | 'revoked';

export function tokenState(
  token: Pick<TokenRowFragment, 'expiresAt' | 'revokedAt'>,
  now: number,
): TokenState {
  if (token.revokedAt !== null) return 'revoked';
  const left = Date.parse(token.expiresAt) - now;
  if (left <= 0) return 'expired';
  return left < SOON ? 'ending' : 'live';
}

export function isLive(state: TokenState): boolean {
  return state === 'live' || state === 'ending';
}

/** `USAGE_READ` as REST and the documentation spell it: `usage:read`. */
export function scopeLabel(scope: AccessScope): string {
  return scope.toLowerCase().replace('_', ':');
}

/** What most tokens live. */
export const LIFETIMES = [7, 30, 90, 365] as const;

/** So many days from now; a year is the server's limit, to the second. */
export function endAfter(days: number, now: number): string {
  return new Date(now + days * DAY - 60_000).toISOString();
}

/** The end of a day of the reader's calendar (`2026-12-31`), ISO 8601; null = that is no day. */
export function endOfDay(day: string): string | null {
  const at = new Date(`${day}T23:59:59`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The first and the last day of the reader's calendar that a token may end on; the server takes a year at most. */
export function daysToEnd(now: number): { readonly first: string; readonly last: string } {
  const first = new Date(now);
  const last = new Date(now);
  last.setFullYear(last.getFullYear() + 1);
  last.setDate(last.getDate() - 1);
  return { first: dayOf(first), last: dayOf(last) };
}

function dayOf(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** What the address says. '' = everything. */
export interface TokenView {
  readonly ofAll: boolean;
  readonly user: string;
  readonly state: 'live' | 'ended' | '';
}

export function readTokenView(search: Pick<URLSearchParams, 'get'>): TokenView {
  const state = search.get('state');
  return {
    ofAll: search.get('of') === 'all',
    user: search.get('user') ?? '',
    state: state === 'live' || state === 'ended' ? state : '',
  };
}

export function chooseTokens(
  tokens: readonly TokenRowFragment[],
  view: TokenView,
  now: number,
): readonly TokenRowFragment[] {
  return tokens.filter(
    (token) =>
      (view.user === '' || token.userId === view.user) &&
      (view.state === '' || isLive(tokenState(token, now)) === (view.state === 'live')),
  );
}
