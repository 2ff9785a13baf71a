import { CategoriesUsageDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { localZone, relativeRange } from '#lib/range/range.ts';

/** As a range of the request log is called. */
export const USE_RANGE = '7d';
export const USE_WORDS = 'in the last 7 days';

/** Key of a category → requests that the router took for it in these days. */
export async function categoryUse(): Promise<Outcome<ReadonlyMap<string, number>>> {
  const from = relativeRange(USE_RANGE, Date.now(), localZone())?.from ?? '';
  return mapOutcome(
    await ask(CategoriesUsageDocument, { from }),
    ({ usage }) => new Map(usage.groups.map(({ category, requests }) => [category ?? '', requests])),
  );
}

/** The rows behind such a figure. */
export function rowsOf(key: string): string {
  return `/requests?range=${USE_RANGE}&category=${encodeURIComponent(key)}`;
}
