/**
 * The rows of the log while new ones come: a value and pure steps from one to the next. Rows are newest first, by the
 * moment when the request came, and stay so: a request that took long comes late, and is put where it belongs.
 */
export interface Tail<Row extends TailRow> {
  readonly rows: readonly Row[];
  /** What came while paused; newest first, at most MOST_HELD. */
  readonly held: readonly Row[];
  /** More came than is held: the rest is behind `cursor`. */
  readonly overflown: boolean;
  /** All up to here is in `rows` or `held`. */
  readonly cursor: string | null;
  readonly pauses: ReadonlySet<Pause>;
  /** How many have joined `rows` since they were read. */
  readonly arrived: number;
}

export interface TailRow {
  readonly id: string;
  /** ISO 8601, UTC, with milliseconds: in the order of the text. */
  readonly at: string;
}

/** A row as the subscription tells it. */
export interface Logged<Row extends TailRow> {
  readonly cursor: string;
  readonly row: Row;
}

/** Why nothing may move. */
export type Pause = 'button' | 'drawer' | 'scroll' | 'selection' | 'menu';

export const MOST_HELD = 1_000;
/** While rows come, older ones than so many are let go. */
export const MOST_LIVE = 10_000;

/** What has been read; nothing is live yet. */
export function tailOf<Row extends TailRow>(
  rows: readonly Row[],
  cursor: string | null = null,
  pauses: ReadonlySet<Pause> = new Set(),
): Tail<Row> {
  return { rows, held: [], overflown: false, cursor, pauses, arrived: 0 };
}

/** Some rows have come, in the order in which they were told. */
export function arrive<Row extends TailRow>(tail: Tail<Row>, logged: readonly Logged<Row>[]): Tail<Row> {
  if (logged.length === 0 || tail.overflown) return tail;
  if (tail.pauses.size === 0) {
    const cursor = logged.at(-1)?.cursor ?? tail.cursor;
    return join(
      { ...tail, cursor },
      logged.map(({ row }) => row),
    );
  }
  const fresh = logged.filter(({ row }) => !has(tail.rows, row));
  const taken = fresh.slice(0, MOST_HELD - tail.held.length);
  const held = merge(
    tail.held,
    taken.map(({ row }) => row),
  );
  const overflown = taken.length < fresh.length;
  // Of what is not taken nothing may be skipped when it is asked for again.
  const last = overflown ? taken.at(-1) : logged.at(-1);
  return { ...tail, held, overflown, cursor: last?.cursor ?? tail.cursor };
}

export function pause<Row extends TailRow>(tail: Tail<Row>, reason: Pause): Tail<Row> {
  return tail.pauses.has(reason) ? tail : { ...tail, pauses: new Set([...tail.pauses, reason]) };
}

/** One reason less; without any, what was held joins the rows. */
export function resume<Row extends TailRow>(tail: Tail<Row>, ...reasons: readonly Pause[]): Tail<Row> {
  const pauses = new Set([...tail.pauses].filter((reason) => !reasons.includes(reason)));
  if (pauses.size === tail.pauses.size) return tail;
  return pauses.size === 0 ? show({ ...tail, pauses }) : { ...tail, pauses };
}

/** What was held joins the rows, paused or not. Was it overflown, the rest has to be asked for from `cursor`. */
export function show<Row extends TailRow>(tail: Tail<Row>): Tail<Row> {
  if (tail.held.length === 0 && !tail.overflown) return tail;
  return join({ ...tail, held: [], overflown: false }, tail.held);
}

/** Older rows have been read. */
export function extend<Row extends TailRow>(tail: Tail<Row>, older: readonly Row[]): Tail<Row> {
  return { ...tail, rows: merge(tail.rows, older) };
}

function join<Row extends TailRow>(tail: Tail<Row>, incoming: readonly Row[]): Tail<Row> {
  const rows = merge(tail.rows, incoming);
  const arrived = tail.arrived + rows.length - tail.rows.length;
  const isLong = rows.length > Math.max(MOST_LIVE, tail.rows.length);
  return {
    ...tail,
    rows: isLong ? rows.slice(0, Math.max(MOST_LIVE, tail.rows.length)) : rows,
    arrived,
  };
}

/** Both in order, nothing twice. Nearly always the new ones all belong before or behind the others. */
export function merge<Row extends TailRow>(rows: readonly Row[], incoming: readonly Row[]): readonly Row[] {
  const sorted = incoming.toSorted(newestFirst);
  const [first] = rows;
  const last = rows.at(-1);
  const fresh = sorted.filter((row, index) => row.id !== sorted[index - 1]?.id && !has(rows, row));
  const newest = fresh[0];
  const oldest = fresh.at(-1);
  if (newest === undefined || oldest === undefined) return rows;
  if (first === undefined || newestFirst(oldest, first) < 0) return [...fresh, ...rows];
  if (last !== undefined && newestFirst(newest, last) > 0) return [...rows, ...fresh];
  const merged: Row[] = [];
  let taken = 0;
  for (const row of fresh) {
    const place = placeOf(rows, row);
    merged.push(...rows.slice(taken, place), row);
    taken = place;
  }
  return merged.concat(rows.slice(taken));
}

function has<Row extends TailRow>(rows: readonly Row[], row: Row): boolean {
  return rows[placeOf(rows, row)]?.id === row.id;
}

/** Where a row stands, or would stand. */
function placeOf<Row extends TailRow>(rows: readonly Row[], row: Row): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = rows[middle];
    if (there !== undefined && newestFirst(there, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function newestFirst(one: TailRow, other: TailRow): number {
  if (one.at !== other.at) return one.at > other.at ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}
