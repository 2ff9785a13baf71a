import type { RequestsQueryVariables, RequestStatus } from '#lib/generated/graphql.ts';

const PAGE = 50;

export const STATUSES = ['SUCCESS', 'ERROR', 'ABORTED'] as const satisfies readonly RequestStatus[];

/** What the address of the log says: which requests, which page of them. */
export interface RequestView {
  readonly tenant: string;
  readonly status: RequestStatus | '';
  readonly model: string;
  readonly variables: RequestsQueryVariables;
}

export function readView(search: URLSearchParams): RequestView {
  const tenant = search.get('tenant') ?? '';
  const status = STATUSES.find((known) => known === search.get('status')) ?? '';
  const model = search.get('model') ?? '';
  const before = search.get('before');
  const after = search.get('after');
  const filter = {
    ...(tenant === '' ? {} : { tenantId: tenant }),
    ...(status === '' ? {} : { status }),
    ...(model === '' ? {} : { model }),
  };
  const page =
    before === null ? { first: PAGE, ...(after === null ? {} : { after }) } : { last: PAGE, before };
  return { tenant, status, model, variables: { filter, ...page } };
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
