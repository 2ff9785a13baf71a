import { localZone, relativeRange } from '#lib/range/range.ts';

/** This month so far, by the reader's calendar: what the questions about use take. */
export function thisMonth(now: number): { readonly month: string; readonly timeZone: string } {
  const timeZone = localZone();
  const from = relativeRange('mtd', now, timeZone)?.from;
  return { month: from ?? new Date(now).toISOString(), timeZone };
}
