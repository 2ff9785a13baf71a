/** Days of a time zone's calendar, by what the browser knows of it: a page needs no library for that. */

const DAY = 86_400_000;

/** As calendars count: months from 1. A day may lie beyond its month: the 0th is the last of the month before. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day that it is in a zone (of the IANA database) at a moment, in milliseconds since 1970. */
export function dayAt(at: number, zone: string): Day {
  const local = new Date(at + aheadAt(at, zone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** When a day begins; where the clock leaves its midnight out, an hour later, and where it shows it twice, the first. */
export function beginOf({ year, month, day }: Day, zone: string): number {
  const local = Date.UTC(year, month - 1, day);
  const before = local - aheadAt(local - DAY, zone);
  const after = local - aheadAt(local + DAY, zone);
  const midnights = [before, after].filter((at) => at + aheadAt(at, zone) === local);
  return midnights.length > 0 ? Math.min(...midnights) : before;
}

/** By how much the zone's clock is ahead of UTC. */
function aheadAt(at: number, zone: string): number {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one is what takes time. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const made = clocks.get(zone);
  if (made !== undefined) return made;
  const two = '2-digit';
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  clocks.set(zone, clock);
  return clock;
}
