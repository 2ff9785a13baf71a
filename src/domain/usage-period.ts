import { z } from 'zod';
import { addDays, floorHour, timeZone, type TimeZone } from './time-zone.ts';
import { badInput } from './validate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;
/** Dates are compared as texts, and beyond four digits of a year (or before Christ) a later one need not be larger. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9998, 0, 1);

/** A period as a client names it; null and missing are the same. */
export interface PeriodInput {
  /** So many days of the time zone's calendar, the one of `to` included. Not together with `from`. */
  readonly days?: number | null | undefined;
  /** Rounded down to the hour. Default: `days` before `to`. */
  readonly from?: Date | null | undefined;
  /** Exclusive; the hour in which it lies counts in full. Default: now. */
  readonly to?: Date | null | undefined;
  /** Of the IANA database; default UTC. */
  readonly timeZone?: string | null | undefined;
}

export const periodFields = {
  days: z.int().min(1).max(MAX_DAYS).nullish(),
  from: z.date().nullish(),
  to: z.date().nullish(),
  timeZone: z.string().nullish(),
};

/** Times in Unix ms. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly zone: TimeZone;
  /** As asked for, or the length rounded up. */
  readonly days: number;
  /** The equally long period before: as many calendar days before where days were asked for. */
  readonly previous: { readonly from: number; readonly to: number };
}

/** Without `days` and `from`: the last 30 days of the calendar. */
export function resolvePeriod(input: PeriodInput, now: Date): Period {
  const zone = timeZone(input.timeZone ?? 'UTC');
  for (const path of ['from', 'to'] as const) {
    const at = input[path]?.getTime() ?? now.getTime();
    if (at < EARLIEST || at > LATEST)
      throw badInput([{ path, message: 'must lie between the years 1970 and 9998' }]);
  }
  const to = (input.to ?? now).getTime();
  if (input.from && input.days) {
    throw badInput([{ path: 'days', message: 'cannot be given together with "from"' }]);
  }
  if (input.from && input.from.getTime() >= to) throw tooShort();
  if (input.from) return between(floorHour(input.from.getTime()), to, zone);
  const days = input.days ?? DEFAULT_DAYS;
  const firstDate = addDays(zone.dateOf(to - 1), 1 - days);
  const from = zone.startOf(firstDate);
  if (from >= to) throw tooShort();
  const before = zone.startOf(addDays(firstDate, -days));
  return { from, to, zone, days, previous: { from: before, to: Math.min(from, before + to - from) } };
}

function between(from: number, to: number, zone: TimeZone): Period {
  const days = Math.ceil((to - from) / DAY_MS);
  if (days > MAX_DAYS)
    throw badInput([{ path: 'from', message: `must lie at most ${MAX_DAYS} days before "to"` }]);
  // Whole hours, so that none is in both.
  const length = Math.ceil((to - from) / HOUR_MS) * HOUR_MS;
  return { from, to, zone, days, previous: { from: from - length, to: from } };
}

function tooShort() {
  return badInput([{ path: 'from', message: 'must lie before "to"' }]);
}

/** The local days of a period, oldest first: each with the hour it begins at, the first one with the period's. */
export function daysOf({ from, to, zone }: Pick<Period, 'from' | 'to' | 'zone'>): {
  date: string;
  start: number;
}[] {
  const days: { date: string; start: number }[] = [];
  const last = zone.dateOf(floorHour(to - 1));
  for (let date = zone.dateOf(from), start = from; date <= last;) {
    const next = addDays(date, 1);
    const end = zone.startOf(next);
    // Some zones once left out a day to change sides of the date line.
    if (end > start) days.push({ date, start });
    date = next;
    start = Math.max(end, from);
  }
  return days;
}

/** The whole UTC hours of a period, oldest first. */
export function hoursOf({ from, to }: Pick<Period, 'from' | 'to'>): number[] {
  return Array.from({ length: Math.ceil((to - from) / HOUR_MS) }, (_, i) => from + i * HOUR_MS);
}
