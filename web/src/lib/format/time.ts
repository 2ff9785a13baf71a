/** Moments and durations on screen. Moments are shown in the reader's own zone, which is named on hover. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Made once: making one takes longer than a whole row of a table has.
const DAY_AND_TIME = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
const THIS_YEAR = new Intl.DateTimeFormat('en-GB', DAY_AND_TIME);
const OTHER_YEAR = new Intl.DateTimeFormat('en-GB', { ...DAY_AND_TIME, year: 'numeric' });
const EXACT = new Intl.DateTimeFormat('en-GB', {
  ...DAY_AND_TIME,
  year: 'numeric',
  second: '2-digit',
  fractionalSecondDigits: 3,
  timeZoneName: 'short',
});

/** "3 min ago" or "in 5 h" up to a day; then "12 Nov, 14:03", with the year if it is another one. */
export function formatMoment(at: Date, now: number): string {
  const distance = at.getTime() - now;
  const size = Math.abs(distance);
  if (size < 10_000) return 'just now';
  if (size < MINUTE) return relative(distance / 1000, 's');
  if (size < HOUR) return relative(distance / MINUTE, 'min');
  if (size < DAY) return relative(distance / HOUR, 'h');
  const otherYear = at.getFullYear() !== new Date(now).getFullYear();
  return (otherYear ? OTHER_YEAR : THIS_YEAR).format(at);
}

/** To the millisecond, with the zone. */
export function formatExactMoment(at: Date): string {
  return EXACT.format(at);
}

/** 840 ms, 2.4 s, 3 m 12 s; — where there is none. A little is never shown as nothing. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return '—';
  if (ms > 0 && ms < 0.5) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/** What `<input type="datetime-local">` takes, in the reader's zone. */
export function toLocalInput(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE);
  return shifted.toISOString().slice(0, 16);
}

function relative(value: number, unit: string): string {
  const size = `${Math.max(1, Math.floor(Math.abs(value)))} ${unit}`;
  return value < 0 ? `${size} ago` : `in ${size}`;
}
