/**
 * The rows of a log that stands still, as far as they have been read: pages of one size, of which only those near the
 * reader are kept, however many there are. A value and pure steps from one to the next.
 */
export interface Sheet<Row> {
  readonly pages: ReadonlyMap<number, readonly Row[]>;
  /** Page → the cursor that it comes after, where the page before has been read in order. */
  readonly cursors: ReadonlyMap<number, string>;
  /** How many rows the way to scroll is long. */
  readonly length: number;
  /** Every row is known to be counted in `length`, so that any page can be asked for; else the next one only. */
  readonly isCounted: boolean;
  /** There are rows behind `length`. */
  readonly more: boolean;
}

export const PAGE = 200;
/** Rows of so many pages are kept: 10,000. */
export const MOST_PAGES = 50;

/** What one reading gave. */
export interface ReadPage<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null = not known, or there is none. */
  readonly cursor: string | null;
  readonly more: boolean;
}

/** The first page has been read. */
export function sheetOf<Row>(first: ReadPage<Row>): Sheet<Row> {
  const empty: Sheet<Row> = {
    pages: new Map(),
    cursors: new Map(),
    length: 0,
    isCounted: false,
    more: true,
  };
  return withPage(empty, 0, first, 0);
}

/** It is known how many there are. Fewer than have been read are not believed. */
export function counted<Row>(sheet: Sheet<Row>, total: number): Sheet<Row> {
  if (total < sheet.length) return sheet;
  return { ...sheet, length: total, isCounted: true, more: false };
}

/** A page has been read; of all pages, those nearest to `near` are kept. */
export function withPage<Row>(
  sheet: Sheet<Row>,
  number: number,
  { rows, cursor, more }: ReadPage<Row>,
  near: number,
): Sheet<Row> {
  const pages = new Map(sheet.pages).set(number, rows);
  const distance = (page: number): number => Math.abs(page - near);
  // The first one stays: it is where most people go back to.
  const byDistance = [...pages.keys()]
    .filter((page) => page !== 0)
    .toSorted((a, b) => distance(b) - distance(a));
  for (const page of byDistance.slice(0, Math.max(0, pages.size - MOST_PAGES))) pages.delete(page);
  const cursors = new Map(sheet.cursors);
  if (cursor !== null && more) cursors.set(number + 1, cursor);
  const end = number * PAGE + rows.length;
  if (sheet.isCounted) {
    // A page that is not full is the last, whatever was counted before.
    return { ...sheet, pages, cursors, length: more || rows.length === PAGE ? sheet.length : end };
  }
  const isLast = end >= sheet.length;
  return { ...sheet, pages, cursors, length: Math.max(sheet.length, end), more: isLast ? more : sheet.more };
}

export function rowAt<Row>({ pages }: Sheet<Row>, index: number): Row | undefined {
  return pages.get(Math.floor(index / PAGE))?.[index % PAGE];
}

/** Where a row stands; -1 = not among those that are kept. */
export function indexIn<Row extends { readonly id: string }>({ pages }: Sheet<Row>, id: string): number {
  for (const [page, rows] of pages) {
    const at = rows.findIndex((row) => row.id === id);
    if (at >= 0) return page * PAGE + at;
  }
  return -1;
}

/**
 * The page to read next, so that the rows from `first` to `end` (not in it) are there, and then some ahead of them;
 * null = all are.
 */
export function wanted<Row>(sheet: Sheet<Row>, first: number, end: number): number | null {
  const ahead = PAGE / 2;
  const last = sheet.isCounted ? sheet.length : sheet.length + (sheet.more ? 1 : 0);
  const missing = (from: number, to: number): number | null => {
    const bound = Math.min(to, last);
    for (let page = Math.max(0, Math.floor(from / PAGE)); page * PAGE < bound; page += 1) {
      if (!sheet.pages.has(page)) return page;
    }
    return null;
  };
  return missing(first, end) ?? missing(first, end + ahead) ?? missing(first - ahead, first);
}
