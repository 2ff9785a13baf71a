import type { RequestsQueryVariables, RequestStatus } from '#lib/generated/graphql.ts';

const PAGE = 50;

export const STATUSES = ['SUCCESS', 'ERROR', 'ABORTED'] as const satisfies readonly RequestStatus[];

/** How far back; '' = everything that is kept. */
export const RANGES = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
} as const;
export type Range = keyof typeof RANGES;

const HOUR = 3_600_000;
const RANGE_MS: Readonly<Record<Range, number>> = {
  '1h': HOUR,
  '24h': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
  '30d': 30 * 24 * HOUR,
};

function isRange(text: string | null): text is Range {
  return text !== null && Object.hasOwn(RANGES, text);
}

/** What the address of the log says: which requests, which page of them. */
export interface RequestView {
  readonly tenant: string;
  readonly status: RequestStatus | '';
  readonly model: string;
  readonly range: Range | '';
  readonly variables: RequestsQueryVariables;
}

/** `now` in milliseconds since 1970. */
export function readView(search: URLSearchParams, now: number): RequestView {
  const tenant = search.get('tenant') ?? '';
  const status = STATUSES.find((known) => known === search.get('status')) ?? '';
  const model = search.get('model') ?? '';
  const given = search.get('range');
  const range = isRange(given) ? given : '';
  const before = search.get('before');
  const after = search.get('after');
  const filter = {
    ...(tenant === '' ? {} : { tenantId: tenant }),
    ...(status === '' ? {} : { status }),
    ...(model === '' ? {} : { model }),
    ...(range === '' ? {} : { from: new Date(now - RANGE_MS[range]).toISOString() }),
  };
  const page =
    before === null ? { first: PAGE, ...(after === null ? {} : { after }) } : { last: PAGE, before };
  return { tenant, status, model, range, variables: { filter, ...page } };
}

/** The same address with some of its parts changed; '' takes one out. The page is left with the filter. */
export function withParts(
  search: Pick<URLSearchParams, 'toString'>,
  parts: Readonly<Record<string, string>>,
): string {
  const next = new URLSearchParams(search.toString());
  const stays = Object.keys(parts).every((part) => part === 'row');
  if (!stays) for (const part of ['after', 'before', 'row']) next.delete(part);
  for (const [part, value] of Object.entries(parts)) {
    if (value === '') next.delete(part);
    else next.set(part, value);
  }
  return `/requests${next.size === 0 ? '' : `?${next.toString()}`}`;
}
