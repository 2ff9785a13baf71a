import { badInput } from './validate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The calendar of a time zone, in whole UTC hours: what is summed by the hour cannot be cut finer. */
export interface TimeZone {
  readonly name: string;
  /** The local date (YYYY-MM-DD) of a moment in Unix ms. */
  dateOf(ms: number): string;
  /**
   * The first whole UTC hour, in Unix ms, that begins on that local date or later. In zones with an offset of 30 or 45
   * minutes the hour in which midnight falls belongs to the day on which it begins.
   */
  startOf(date: string): number;
}

/** A zone of the IANA database by its name. Throws AppError bad_input that names the field. */
export function timeZone(name: string, path = 'timeZone'): TimeZone {
  const format = formatOf(name, path);

  const dateOf = (ms: number): string => {
    const part = { year: '', month: '', day: '' };
    for (const { type, value } of format.formatToParts(ms)) {
      if (type === 'year' || type === 'month' || type === 'day') part[type] = value;
    }
    return `${part.year.padStart(4, '0')}-${part.month}-${part.day}`;
  };

  return {
    name,
    dateOf,
    startOf(date) {
      // No zone is further from UTC than this; nearly always the first or second look is the last.
      let hour = Date.parse(date) + offsetNear(format, Date.parse(date));
      while (dateOf(hour - HOUR_MS) >= date) hour -= HOUR_MS;
      while (dateOf(hour) < date) hour += HOUR_MS;
      return hour;
    },
  };
}

/** Days after a date (before it, if negative), on the calendar. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function floorHour(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

/** How much later than UTC's a local midnight comes, in whole hours rounded up. */
function offsetNear(format: Intl.DateTimeFormat, ms: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const local = Date.UTC(
    part['year'] ?? 0,
    (part['month'] ?? 1) - 1,
    part['day'],
    part['hour'],
    part['minute'],
  );
  return Math.ceil((ms - local) / HOUR_MS) * HOUR_MS;
}

function formatOf(timeZoneName: string, path: string): Intl.DateTimeFormat {
  // A bare offset such as "+05:45" is no zone: it knows no summer time.
  if (/^[A-Za-z][\w+/-]{0,63}$/.test(timeZoneName)) {
    try {
      return new Intl.DateTimeFormat('en-US', {
        timeZone: timeZoneName,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw badInput([
    { path, message: 'must be a time zone of the IANA database, for example "Europe/Berlin" or "UTC"' },
  ]);
}
