import { endOfMonth, fromAbsolute, parseDate, toCalendarDate } from '@internationalized/date';
import type { CalendarDate } from '@internationalized/date';

export interface DayCost {
  /** The local date, for example "2026-11-23". */
  readonly day: string | null;
  readonly actualCost: number;
}

/** What a month is likely to have cost at its end. */
export interface Forecast {
  readonly usd: number;
  /** The mean of how many whole days it goes by. */
  readonly basedOn: number;
  readonly daysLeft: number;
}

const MOST_DAYS = 7;

/**
 * What was spent so far, and for what is left of the month the mean of the last whole days, seven at most. Null = no
 * whole day is known yet. Days before the first request count for nothing.
 */
export function forecastMonth(
  soFar: number,
  days: readonly DayCost[],
  now: number,
  timeZone: string,
): Forecast | null {
  const today = toCalendarDate(fromAbsolute(now, timeZone));
  const costs = new Map(days.flatMap(({ day, actualCost }) => (day === null ? [] : [[day, actualCost]])));
  const first = [...costs.keys()].toSorted()[0];
  if (first === undefined) return null;
  const since = parseDate(first);
  const counted: number[] = [];
  for (let back = 1; back <= MOST_DAYS; back += 1) {
    const day = today.subtract({ days: back });
    if (day.compare(since) < 0) break;
    counted.push(costs.get(day.toString()) ?? 0);
  }
  if (counted.length === 0) return null;
  const mean = counted.reduce((sum, cost) => sum + cost, 0) / counted.length;
  const daysLeft = endOfMonth(today).compare(today) + dayShareLeft(now, today, timeZone);
  return { usd: soFar + mean * daysLeft, basedOn: counted.length, daysLeft };
}

/** How much of today is still to come, 0 to 1. */
function dayShareLeft(now: number, today: CalendarDate, timeZone: string): number {
  const begin = today.toDate(timeZone).getTime();
  const end = today.add({ days: 1 }).toDate(timeZone).getTime();
  return (end - now) / (end - begin);
}
