import type { Span } from './request-log-counts.ts';
import { addDays, floorHour, type TimeZone } from './time-zone.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR_MS = 60 * MINUTE;
export const DAY_MS = 24 * HOUR_MS;

/** How long buckets may be: what divides the next longer one, so that a closer look keeps the edges. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR_MS),
  ...[1, 2, 4, 7, 14, 28, 56, 112, 224, 448].map((count) => count * DAY_MS),
];

/** Buckets of one length: where they begin and end. */
export interface Buckets {
  readonly step: number;
  /** Unix ms, ascending: of n buckets n + 1. Where the time has an end, the bucket there ends too, whole or not. */
  readonly edges: readonly number[];
}

export interface BucketsWanted {
  readonly most: number;
  /** None shorter, in ms. */
  readonly least: number;
  readonly zone: TimeZone;
  /** The time has no begin of its own: then the first bucket is whole. */
  readonly isOpen?: boolean;
}

/**
 * The shortest buckets, none shorter than `least`, of which there are at most `most`. Up to an hour they begin on the
 * clock in UTC, longer ones at whole hours and days of the zone's calendar.
 */
export function bucketsOf(span: Span, { most, least, zone, isOpen = false }: BucketsWanted): Buckets {
  for (const step of STEPS) {
    if (step < least || (span.to - span.from) / step > most) continue;
    const edges = edgesOf(span, step, zone, isOpen);
    if (edges.length - 1 <= most) return { step, edges };
  }
  return { step: span.to - span.from, edges: [span.from, span.to] };
}

function edgesOf({ from, to }: Span, step: number, zone: TimeZone, isOpen: boolean): number[] {
  const inner = step <= HOUR_MS ? onTheClock({ from, to }, step) : onTheCalendar({ from, to }, step, zone);
  // Once each: a zone that changed sides of the date line has a day that never was.
  const begin = isOpen ? (inner.findLast((at) => at <= from) ?? from) : from;
  return [begin, ...new Set(inner.filter((at) => at > from && at < to)), to];
}

function onTheClock({ from, to }: Span, step: number): number[] {
  const first = Math.floor(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.ceil((to - first) / step)) },
    (_, index) => first + index * step,
  );
}

function onTheCalendar({ from, to }: Span, step: number, zone: TimeZone): number[] {
  const edges: number[] = [];
  const days = Math.max(1, step / DAY_MS);
  const date = zone.dateOf(floorHour(from));
  // Counted from one day for all, so that the edges stay where they are when time goes on.
  const first = addDays(date, -((Date.parse(date) / DAY_MS) % days));
  for (let day = first; zone.startOf(day) < to; day = addDays(day, days)) {
    const end = zone.startOf(addDays(day, days));
    for (let at = zone.startOf(day); at < end; at += Math.max(HOUR_MS, step)) {
      edges.push(at);
      if (step >= DAY_MS) break;
    }
  }
  return edges;
}
