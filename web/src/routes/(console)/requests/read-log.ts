import {
  RequestNumberedDocument,
  RequestOneDocument,
  RequestPageDocument,
  RequestTopDocument,
  RequestTotalDocument,
} from '#lib/generated/graphql.ts';
import type { RequestLogFilter, RequestRowFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { ORDERS } from './request-query.ts';
import type { RequestView } from './request-query.ts';
import { PAGE } from './sheet.ts';
import type { ReadPage } from './sheet.ts';

export type Row = RequestRowFragment;

/** The first page of a view, and where what comes later goes on from. */
export interface FirstPage extends ReadPage<Row> {
  readonly tail: string | null;
}

export async function readFirst(view: RequestView): Promise<Outcome<FirstPage>> {
  const whole = (rows: readonly Row[]): FirstPage => ({ rows, more: false, cursor: null, tail: null });
  if (view.id !== null) {
    const outcome = await ask(RequestOneDocument, { id: view.id });
    return mapOutcome(outcome, ({ requestLog }) => whole(requestLog === null ? [] : [requestLog]));
  }
  if (view.sort === null) return await readAfter(view.filter, null, view.live);
  const outcome = await ask(RequestTopDocument, {
    filter: view.filter,
    by: ORDERS[view.sort],
    first: PAGE,
  });
  return mapOutcome(outcome, ({ topRequestLogs }) => whole(topRequestLogs));
}

/** The rows behind a cursor; null = the newest. */
export async function readAfter(
  filter: RequestLogFilter,
  after: string | null,
  withTail = false,
): Promise<Outcome<FirstPage>> {
  const outcome = await ask(RequestPageDocument, {
    filter,
    first: PAGE,
    withTail,
    ...(after === null ? {} : { after }),
  });
  return mapOutcome(outcome, ({ requestLogs: { edges, pageInfo, tailCursor } }) => ({
    rows: edges.map(({ node }) => node),
    more: pageInfo.hasNextPage,
    cursor: pageInfo.endCursor,
    tail: tailCursor ?? null,
  }));
}

/** A page anywhere in the log; `number` from 0. */
export async function readNumbered(
  filter: RequestLogFilter,
  number: number,
): Promise<Outcome<ReadPage<Row>>> {
  const outcome = await ask(RequestNumberedDocument, { filter, page: number + 1, limit: PAGE });
  return mapOutcome(outcome, ({ requestLogPage: { requests, total } }) => ({
    rows: requests,
    more: (number + 1) * PAGE < total,
    cursor: null,
  }));
}

export async function readTotal(filter: RequestLogFilter): Promise<Outcome<number>> {
  return mapOutcome(await ask(RequestTotalDocument, { filter }), ({ requestLogs }) => requestLogs.totalCount);
}

/** How many rows of a list stand above a request, nearly: those of its millisecond count. Null = there is no such request. */
export async function readPlace(filter: RequestLogFilter, id: string): Promise<Outcome<number | null>> {
  const found = await ask(RequestOneDocument, { id });
  if (!found.ok) return found;
  const { requestLog } = found.data;
  if (requestLog === null) return { ok: true, data: null };
  const { from, to } = filter;
  if ((from != null && requestLog.at < from) || (to != null && requestLog.at >= to)) {
    return { ok: true, data: null };
  }
  return mapOutcome(await readTotal({ ...filter, from: requestLog.at }), (rows) => Math.max(0, rows - 1));
}

/** Just behind a row: what comes later does not move the pages that are numbered from here. */
export function justAfter(row: Row | undefined): string | null {
  return row === undefined ? null : new Date(Date.parse(row.at) + 1).toISOString();
}
