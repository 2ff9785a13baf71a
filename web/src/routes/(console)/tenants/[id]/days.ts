import { fromAbsolute, toCalendarDate } from '@internationalized/date';
import type { Bucket } from '#lib/charts/series.ts';

export interface Day {
  /** The local date, for example "2026-11-23". */
  readonly day: string | null;
  readonly requests: number;
  readonly actualCost: number;
}

/** The last `count` days of the reader's calendar, oldest first, those without requests as zeros. */
export function lastDays(days: readonly Day[], count: number, now: number, timeZone: string) {
  const known = new Map(days.map((one) => [one.day, one]));
  const today = toCalendarDate(fromAbsolute(now, timeZone));
  const dates = Array.from({ length: count }, (_, index) => today.subtract({ days: count - 1 - index }));
  const buckets = dates.map((date): Bucket => ({
    from: date.toDate(timeZone).getTime(),
    to: date.add({ days: 1 }).toDate(timeZone).getTime(),
  }));
  return { buckets, costs: dates.map((date) => known.get(date.toString())?.actualCost ?? 0) };
}
