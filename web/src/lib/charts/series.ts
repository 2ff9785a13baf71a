/** What the charts draw: values by bucket of time. Everything here is pure; the drawing is in TimePlot.svelte. */

/** From and to in milliseconds since 1970; `to` is not part of it. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
}

export interface Series {
  readonly key: string;
  readonly label: string;
  /** A token: `var(--series-1)`. */
  readonly color: string;
  /**
   * line; area = muted, behind the lines (a baseline); stack = a part of a whole; past = the period before, a muted
   * line.
   */
  readonly kind: 'line' | 'area' | 'stack' | 'past';
  /** One for each bucket; null = nothing was measured, and the line has a gap. */
  readonly values: readonly (number | null)[];
}

/** Something that happened, as a tick on the time axis. */
export interface Happening {
  readonly at: number;
  readonly label: string;
}

/** What happened within a bucket. */
export function happenedIn(happenings: readonly Happening[], { from, to }: Bucket): readonly Happening[] {
  return happenings.filter(({ at }) => at >= from && at < to);
}

/** A colour belongs to a rank; the sixth and all after it are one grey. */
export function rankColor(rank: number): string {
  return rank < 5 ? `var(--series-${rank + 1})` : 'var(--series-other)';
}

/** The lower and upper bound of each part of the whole, by bucket; the first series lies at the bottom. */
export function stackBounds(
  series: readonly Series[],
): ReadonlyMap<string, readonly (readonly [number, number])[]> {
  const reached: number[] = [];
  return new Map(
    series
      .filter(({ kind }) => kind === 'stack')
      .map(({ key, values }) => [
        key,
        values.map((value, index) => {
          const low = reached[index] ?? 0;
          const high = low + Math.max(0, value ?? 0);
          reached[index] = high;
          return [low, high] as const;
        }),
      ]),
  );
}

/** The highest point that is drawn. */
export function highest(series: readonly Series[]): number {
  const alone = series.filter(({ kind }) => kind !== 'stack').flatMap(({ values }) => values);
  const stacked = [...stackBounds(series).values()].flatMap((bounds) => bounds.map(([, high]) => high));
  return Math.max(0, ...alone.map((value) => value ?? 0), ...stacked);
}

/** What a tooltip lists: the largest first, what was not measured last. */
export function valuesAt(
  series: readonly Series[],
  index: number,
): readonly { readonly series: Series; readonly value: number | null }[] {
  return series
    .map((one) => ({ series: one, value: one.values[index] ?? null }))
    .toSorted((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
}

/** Of the parts; null = this is not a whole of parts. */
export function totalAt(series: readonly Series[], index: number): number | null {
  const parts = series.filter(({ kind }) => kind === 'stack');
  return parts.length < 2 ? null : parts.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
}

const HOUR = 3_600_000;

/** "23 Nov, 14:00", of a day "Mon 23 Nov", of seconds "14:00:02"; in the reader's zone. */
export function bucketLabel({ from, to }: Bucket): string {
  if (to - from < 60_000) return new Date(from).toLocaleTimeString('en-GB');
  const whole = to - from > 20 * HOUR;
  return new Date(from).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(whole ? { weekday: 'short' } : { hour: '2-digit', minute: '2-digit' }),
  });
}

/** "hour", "day", "15 min" or "2 s": what one bucket is. */
export function bucketWord(buckets: readonly Bucket[]): string {
  const [first] = buckets;
  const size = first === undefined ? HOUR : (buckets[1] ?? first).to - (buckets[1] ?? first).from;
  // A day has 23 to 25 hours.
  if (size > 20 * HOUR) return several(Math.round(size / (24 * HOUR)), 'day');
  if (size >= HOUR) return several(Math.round(size / HOUR), 'hour');
  return size >= 60_000 ? `${Math.round(size / 60_000)} min` : `${Math.round(size / 1000)} s`;
}

function several(count: number, word: string): string {
  return count === 1 ? word : `${count} ${word}s`;
}

/** As programs read it: moments in ISO 8601, values as they are, nothing where nothing was measured. */
export function toCsv(buckets: readonly Bucket[], series: readonly Series[]): string {
  const head = ['from', 'to', ...series.map(({ label }) => label)];
  const rows = buckets.map(({ from, to }, index) => [
    new Date(from).toISOString(),
    new Date(to).toISOString(),
    ...series.map(({ values }) => String(values[index] ?? '')),
  ]);
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(text: string): string {
  // A leading =, +, - or @ would be a formula to a spreadsheet; numbers may well be negative.
  const safe = /^[=+@\t]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What the picture shows, in one sentence for each series. */
export function describe(
  buckets: readonly Bucket[],
  series: readonly Series[],
  format: (value: number) => string,
): string {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return 'There is nothing to draw.';
  const parts = series.map(({ label, values }) => {
    const top = values.reduce<number>((best, value, index) => {
      const highestSoFar = values[best];
      return value !== null && (highestSoFar === null || highestSoFar === undefined || value > highestSoFar)
        ? index
        : best;
    }, 0);
    const bucket = buckets[top];
    const value = values[top];
    if (bucket === undefined || value === null || value === undefined) return `${label}: nothing measured.`;
    return `${label}: at most ${format(value)}, ${bucketLabel(bucket)}.`;
  });
  return `From ${bucketLabel(first)} to ${bucketLabel(last)}, by the ${bucketWord(buckets)}. ${parts.join(' ')}`;
}
