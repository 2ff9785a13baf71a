import type { RequestVolumeQuery } from '#lib/generated/graphql.ts';
import { formatCount } from '#lib/format/count.ts';
import { bucketLabel } from '#lib/charts/series.ts';
import type { Bucket, Series } from '#lib/charts/series.ts';

/** How many requests came in a stretch of time, and how they ended. */
export interface VolumeBucket extends Bucket {
  readonly success: number;
  readonly errors: number;
  readonly aborted: number;
}

type Answered = NonNullable<RequestVolumeQuery['requestLogVolume']>[number];

export function bucketOf({ from, to, requests, errors, aborted }: Answered): VolumeBucket {
  return {
    from: Date.parse(from),
    to: Date.parse(to),
    success: requests - errors - aborted,
    errors,
    aborted,
  };
}

/** What is stacked, the lowest first: what went wrong stands on the axis, where its height can be read. */
export const PARTS = [
  { key: 'errors', label: 'Error', color: 'var(--status-error)' },
  { key: 'aborted', label: 'Aborted', color: 'var(--status-warning)' },
  { key: 'success', label: 'Success', color: 'var(--series-1)' },
] as const;

export function seriesOf(buckets: readonly VolumeBucket[]): readonly Series[] {
  return PARTS.map((part) => ({ ...part, kind: 'stack', values: buckets.map((bucket) => bucket[part.key]) }));
}

export const sumOf = ({ success, errors, aborted }: VolumeBucket): number => success + errors + aborted;

/** The bucket at a place between 0 and 1 of the whole time. */
export function indexAt(buckets: readonly Bucket[], place: number): number {
  const [from, to] = [buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 0];
  const at = from + Math.min(1, Math.max(0, place)) * (to - from);
  const index = buckets.findIndex((bucket) => at < bucket.to);
  return index === -1 ? buckets.length - 1 : index;
}

/** Where a stretch of the whole time stands, in percent of it. */
export function placeOf(buckets: readonly Bucket[], { from, to }: Bucket): { left: number; width: number } {
  const [begin, end] = [buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 0];
  const share = (ms: number): number => (end === begin ? 0 : (100 * ms) / (end - begin));
  return { left: share(from - begin), width: share(to - from) };
}

/** A bucket, or a stretch of them, for those who hear the page. */
export function spoken(buckets: readonly VolumeBucket[], first: number, last: number): string {
  const chosen = buckets.slice(first, last + 1);
  const [begin, end] = [chosen[0], chosen.at(-1)];
  if (begin === undefined || end === undefined) return '';
  const total = (key: 'success' | 'errors' | 'aborted'): number =>
    chosen.reduce((sum, bucket) => sum + bucket[key], 0);
  const when = first === last ? bucketLabel(begin) : `${bucketLabel(begin)} to ${bucketLabel(end)}`;
  return `${when}: ${formatCount(total('success') + total('errors') + total('aborted'))} requests, ${formatCount(
    total('errors'),
  )} errors, ${formatCount(total('aborted'))} aborted`;
}
