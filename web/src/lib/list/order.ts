/** How a list is ordered. */
export interface Order<Sort extends string> {
  readonly by: Sort;
  /** The greatest first. */
  readonly down: boolean;
}

/** Which way each order goes unless one asks for the other: names up, amounts and moments down. */
export type Natural<Sort extends string> = Readonly<Record<Sort, 'up' | 'down'>>;

type Search = Pick<URLSearchParams, 'get'>;

/** From `sort` and `dir` of an address. */
export function readOrder<Sort extends string>(
  search: Search,
  natural: Natural<Sort>,
  standard: Sort,
): Order<Sort> {
  const asked = search.get('sort');
  const by = sortsOf(natural).find((sort) => sort === asked) ?? standard;
  const dir = search.get('dir');
  return { by, down: (dir === 'up' || dir === 'down' ? dir : natural[by]) === 'down' };
}

/** What of the address says that the list is ordered by this; by the same once more turns it round. '' = nothing. */
export function orderParts<Sort extends string>(
  sort: Sort,
  now: Order<Sort>,
  natural: Natural<Sort>,
  standard: Sort,
): { readonly sort: string; readonly dir: string } {
  const down = now.by === sort ? !now.down : natural[sort] === 'down';
  const dir = down ? 'down' : 'up';
  return { sort: sort === standard ? '' : sort, dir: dir === natural[sort] ? '' : dir };
}

/** The rows in an order whose comparison is written for "up"; equals stay as they were. */
export function ordered<T>(rows: readonly T[], compare: (a: T, b: T) => number, down: boolean): T[] {
  return rows.toSorted((a, b) => (down ? compare(b, a) : compare(a, b)));
}

function sortsOf<Sort extends string>(natural: Natural<Sort>): readonly Sort[] {
  return Object.keys(natural) as Sort[];
}
