/** Where the axes of a chart have their ticks, and what stands there. All times in milliseconds since 1970. */
import type { Bucket } from './series.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances that clocks are read in; all within a day divide it. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
];

/** How many steps an axis of values has, about. */
const VALUE_STEPS = 4;
/** Where 1, 2 and 5 are too small: the geometric means of neighbours. */
const [OVER_ONE, OVER_TWO, OVER_FIVE] = [Math.sqrt(2), Math.sqrt(10), Math.sqrt(50)];

/** Round values from zero to `top` or just beyond it, evenly; at least two. `whole`: nothing between whole numbers. */
export function valueTicks(top: number, whole: boolean): readonly number[] {
  if (!(top > 0)) return [0, 1];
  const rough = top / VALUE_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  const factor = ratio >= OVER_FIVE ? 10 : ratio >= OVER_TWO ? 5 : ratio >= OVER_ONE ? 2 : 1;
  const step = whole ? Math.max(1, factor * power) : factor * power;
  // A hair less: 0.3 / 0.1 is a little more than 3.
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/**
 * On round times in the reader's zone, at most `most` of them: at midnights where the axis spans days. `to` is where it
 * ends, which may be the begin of the last bucket.
 */
export function timeTicks({ from, to }: Bucket, buckets: readonly Bucket[], most: number): readonly number[] {
  return to - from > 3 * DAY ? midnights({ from, to }, buckets, most) : onTheClock({ from, to }, most);
}

function midnights({ from, to }: Bucket, buckets: readonly Bucket[], most: number): readonly number[] {
  const days = buckets.map((bucket) => bucket.from).filter((at) => new Date(at).getHours() === 0);
  const step = Math.max(1, Math.ceil(days.length / Math.max(1, most)));
  // The newest day has one; a label at the very begin would lie on those of the other axis.
  return days
    .filter((_, index) => (days.length - 1 - index) % step === 0)
    .filter((at) => at - from > (to - from) / 40);
}

function onTheClock({ from, to }: Bucket, most: number): readonly number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? DAY;
  const begin = new Date(from);
  const ticks: number[] = [];
  // Counted from the hour or the midnight by the calendar: a day of 23 hours has its noon at 12:00, too.
  const [hour, each] = step < HOUR ? [begin.getHours(), step] : [0, step];
  for (let index = 0; ; index += 1) {
    const day = [begin.getFullYear(), begin.getMonth(), begin.getDate()] as const;
    const at = new Date(...day, hour, 0, (index * each) / SECOND).getTime();
    if (at > to) return ticks;
    if (at >= from) ticks.push(at);
  }
}

/** What stands at a tick of the time axis: the time, or at midnight the day. */
export function tickLabel(at: Date, buckets: readonly Bucket[]): string {
  const span = (buckets.at(-1)?.to ?? 0) - (buckets[0]?.from ?? 0);
  if (span < HOUR / 2 && at.getSeconds() !== 0) return at.toLocaleTimeString('en-GB');
  return at.getHours() === 0 && at.getMinutes() === 0
    ? at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    : at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
