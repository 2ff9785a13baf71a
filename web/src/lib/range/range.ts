import { beginOf, dayAt } from './days.ts';

/** What most people want, in the order of a list. Others can be typed: `3h`, `90m`, `14d`, `2w`. */
export const RELATIVE = ['15m', '1h', '24h', 'yesterday', '7d', '30d', 'mtd'] as const;

/** A stretch of time as an address names it. */
export interface Range {
  /** `24h`, `7d`, `mtd`, `yesterday` …; `custom` = `from` and `to` are given; '' = everything that is kept. */
  readonly key: string;
  /** ISO 8601, not before; null = no bound. */
  readonly from: string | null;
  /** ISO 8601, before; null = until now, and on. */
  readonly to: string | null;
  /**
   * Ranges by the day are those of the calendar in the zone, today included: `7d` began at a midnight. Null = not a
   * range by the day.
   */
  readonly days: number | null;
  /** "Last 24 hours", "12 Nov, 14:00 – 13 Nov, 02:00". */
  readonly label: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UNITS = {
  m: { ms: MINUTE, days: 0, word: 'minute' },
  h: { ms: HOUR, days: 0, word: 'hour' },
  d: { ms: 0, days: 1, word: 'day' },
  w: { ms: 0, days: 7, word: 'week' },
} as const;
type Unit = keyof typeof UNITS;
/** What "how long back" may say: ten years by the day, and no more than that otherwise. */
const MOST_DAYS = 3_650;

/** The reader's own zone, as the IANA database names it. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What an address says; `now` in milliseconds since 1970. An unknown range is the `fallback`, and so is none. */
export function readRange(
  search: Pick<URLSearchParams, 'get'>,
  now: number,
  zone: string,
  fallback = '24h',
): Range {
  const from = readMoment(search.get('from'));
  const to = readMoment(search.get('to'));
  if (from !== null && (to === null || from < to)) return absoluteRange(from, to, zone);
  const key = search.get('range');
  return relativeRange(key ?? fallback, now, zone) ?? relativeRange(fallback, now, zone) ?? EVERYTHING;
}

export const EVERYTHING: Range = { key: '', from: null, to: null, days: null, label: 'Everything kept' };

/** `24h`, `7d`, `mtd`, `yesterday`, or '' for everything; null = that is none. */
export function relativeRange(key: string, now: number, zone: string): Range | null {
  if (key === '') return EVERYTHING;
  const today = dayAt(now, zone);
  if (key === 'mtd') {
    const from = new Date(beginOf({ ...today, day: 1 }, zone)).toISOString();
    return { key, from, to: null, days: today.day, label: 'Month to date' };
  }
  if (key === 'yesterday') {
    const [from, to] = [today.day - 1, today.day].map((day) =>
      new Date(beginOf({ ...today, day }, zone)).toISOString(),
    ) as [string, string];
    // Not by days: those reach until now.
    return { key, from, to, days: null, label: 'Yesterday' };
  }
  const length = lengthOf(key);
  if (length === null) return null;
  const { count, unit } = length;
  const { ms, days: each, word } = UNITS[unit];
  if (each === 0) {
    const label = `Last ${count === 1 ? word : `${count} ${word}s`}`;
    return { key, from: new Date(now - count * ms).toISOString(), to: null, days: null, label };
  }
  const days = count * each;
  const first = { ...today, day: today.day - days + 1 };
  const label = days === 1 ? 'Today' : `Last ${days} days`;
  return { key, from: new Date(beginOf(first, zone)).toISOString(), to: null, days, label };
}

/** Between two moments in milliseconds since 1970; `to` null = until now. */
export function absoluteRange(from: number, to: number | null, zone: string): Range {
  const end = to === null ? 'now' : formatIn(to, zone);
  return {
    key: 'custom',
    from: new Date(from).toISOString(),
    to: to === null ? null : new Date(to).toISOString(),
    days: null,
    label: `${formatIn(from, zone)} – ${end}`,
  };
}

/** The parts of the address that name a range; '' takes a part out. */
export function rangeParams(
  range: Pick<Range, 'key' | 'from' | 'to'>,
): Record<'range' | 'from' | 'to', string> {
  if (range.key !== 'custom') return { range: range.key, from: '', to: '' };
  return { range: '', from: range.from ?? '', to: range.to ?? '' };
}

/** "last 3 h", "90 min", "2 weeks", "today", "yesterday", "this month" as the key of a range; null = not understood. */
export function parseTyped(text: string): string | null {
  const words = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  if (/^(this month|month to date|mtd)$/.test(words)) return 'mtd';
  if (words === 'today') return '1d';
  if (words === 'yesterday') return words;
  const match = /^(?:last |past )?(\d{1,6})? ?(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/.exec(
    words,
  );
  const unit = match?.[2]?.[0];
  if (match === null || unit === undefined) return null;
  const key = `${Number(match[1] ?? 1)}${unit}`;
  return lengthOf(key) === null ? null : key;
}

function lengthOf(key: string): { count: number; unit: Unit } | null {
  const match = /^([1-9]\d{0,5})([mhdw])$/.exec(key);
  if (match === null) return null;
  const count = Number(match[1]);
  const unit = match[2] as Unit;
  const { ms, days } = UNITS[unit];
  const tooLong = count * (days === 0 ? ms / (24 * HOUR) : days) > MOST_DAYS;
  return tooLong ? null : { count, unit };
}

/** Only what is a moment with its zone: an address must mean the same to everybody. */
function readMoment(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text))
    return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function formatIn(at: number, zone: string): string {
  return new Date(at).toLocaleString('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
