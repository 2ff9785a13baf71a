import type {
  ProviderRowFragment,
  ProvidersUsageQuery,
  ProviderStateFragment,
  ProviderUsageFragment,
} from '#lib/generated/graphql.ts';
import { relativeRange } from '#lib/range/range.ts';

/** How a provider is, in a word with its shape, and why. */
export interface ProviderLook {
  readonly kind: 'ok' | 'warning' | 'error' | 'off';
  readonly word: string;
  readonly cause: string | null;
  /** ISO 8601; null = not known. */
  readonly since: string | null;
  /** Nothing is sent there until then, ISO 8601. */
  readonly until: string | null;
}

/** `state` is how it is now; without it (not loaded yet) the outcome of the last check stands in. */
export function lookOf(
  provider: Pick<ProviderRowFragment, 'active' | 'status' | 'statusMessage' | 'lastCheckedAt'>,
  state: Omit<ProviderStateFragment, 'id'> | undefined,
  now: number,
): ProviderLook {
  const until = state?.circuitOpenUntil ?? null;
  const status = state?.status ?? provider.status;
  const cause = (state === undefined ? provider.statusMessage : state.error) ?? null;
  const since = state === undefined ? provider.lastCheckedAt : state.since;
  if (!provider.active) {
    return {
      kind: 'off',
      word: 'Switched off',
      cause: 'by hand; it serves nobody',
      since: null,
      until: null,
    };
  }
  if (until !== null && Date.parse(until) > now) {
    return { kind: 'warning', word: 'Left alone', cause: cause ?? 'it failed again and again', since, until };
  }
  if (status === 'ERROR') return { kind: 'error', word: 'Failing', cause, since, until: null };
  if (status === 'CONNECTED') return { kind: 'ok', word: 'Connected', cause: null, since, until: null };
  return { kind: 'off', word: 'Not checked', cause: null, since: null, until: null };
}

/** "in 12 s"; "now" when it is over. */
export function countdown(until: string, now: number): string {
  const seconds = Math.ceil((Date.parse(until) - now) / 1000);
  return seconds > 0 ? `in ${seconds} s` : 'now';
}

/** One hour of a strip. */
export interface Hour {
  /** ISO 8601, its begin. */
  readonly at: string;
  readonly requests: number;
  readonly errors: number;
}

const HOUR_MS = 3_600_000;

/** The last `count` hours, the present one included; hours without requests are there, too. */
export function hoursOf(
  groups: readonly { readonly hour: string | null; readonly requests: number; readonly errors: number }[],
  now: number,
  count = 24,
): readonly Hour[] {
  const known = new Map(groups.map((group) => [Date.parse(group.hour ?? ''), group]));
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  return Array.from({ length: count }, (_, index) => {
    const at = last - (count - 1 - index) * HOUR_MS;
    const group = known.get(at);
    return { at: new Date(at).toISOString(), requests: group?.requests ?? 0, errors: group?.errors ?? 0 };
  });
}

export interface ProviderLine {
  readonly provider: ProviderRowFragment;
  readonly state: ProviderStateFragment | undefined;
  /** Undefined = nobody has used it in the period, or it is not known yet. */
  readonly usage: ProviderUsageFragment | undefined;
  readonly hours: readonly Hour[];
}

/** The list, each with what is known of it. */
export function linesOf(
  providers: readonly ProviderRowFragment[],
  states: readonly ProviderStateFragment[],
  usage: ProvidersUsageQuery | null,
  now: number,
): readonly ProviderLine[] {
  const stateById = new Map(states.map((state) => [state.id, state]));
  const usageBySlug = new Map(usage?.usage.groups.map((group) => [group.provider, group]));
  return providers.map((provider) => ({
    provider,
    state: stateById.get(provider.id),
    usage: usageBySlug.get(provider.slug),
    hours: hoursOf(usage?.hours.groups.filter((group) => group.provider === provider.slug) ?? [], now),
  }));
}

/** What the address of the list may say beside `q`. */
export const PERIODS = { '24h': { label: '24 hours' }, '7d': { label: '7 days' } } as const;
export type Period = keyof typeof PERIODS;

export function readPeriod(text: string | null): Period {
  return text === '7d' ? '7d' : '24h';
}

/** Where it begins, as the request log understands it, whose rows the figures lead to: days are those of the calendar. */
export function periodStart(period: Period, now: number, zone: string): string {
  if (period === '7d') return relativeRange('7d', now, zone)?.from ?? '';
  // Usage is counted by hours: the 24 that are drawn, the present one included.
  return new Date((Math.floor(now / HOUR_MS) - 23) * HOUR_MS).toISOString();
}
