/** A column of a VirtualTable. */
export interface Column<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  /** Pixels; columns with `grow` share what is left. */
  readonly width: number;
  readonly grow?: boolean;
  /** Numbers stand at the right, with digits of one width. */
  readonly number?: boolean;
  /** Whether its head orders the table. */
  readonly sortable?: boolean;
  /** Shown to those who hear the page, and nobody else: for columns of buttons. */
  readonly quiet?: boolean;
}

/** Somebody's columns, in their order, and the widths that are not the usual ones. */
export interface Layout<Id extends string = string> {
  readonly columns: readonly Id[];
  readonly widths: Readonly<Partial<Record<Id, number>>>;
}

/** Narrower, a column shows nothing; wider, it leaves no room for others. */
export const WIDTHS = { least: 56, most: 640 } as const;

/** The tracks of a row's grid. */
export function tracksOf(columns: readonly Column[]): string {
  return columns.map(({ width, grow }) => (grow ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ');
}

/** Narrower than this the table scrolls sideways, in pixels. */
export function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

/** The columns of a layout as they are drawn: what somebody has given a width keeps it. */
export function laidOut<Id extends string>(
  all: readonly Column<Id>[],
  { columns, widths }: Layout<Id>,
): readonly Column<Id>[] {
  return columns.flatMap((id) => {
    const column = all.find((one) => one.id === id);
    if (column === undefined) return [];
    const width = widths[id];
    return [width === undefined ? column : { ...column, width, grow: false }];
  });
}

/**
 * A layout of what may be one, from storage or an address: unknown columns fall away, none comes twice, and the pinned
 * ones stand at their ends. Null = nothing of it is known.
 */
export function readLayout<Id extends string>(
  all: readonly Column<Id>[],
  pinned: { readonly first: Id; readonly last: Id },
  ids: readonly string[],
  widths: Readonly<Record<string, unknown>>,
): Layout<Id> | null {
  const known = ids.flatMap((id) => all.find((column) => column.id === id)?.id ?? []);
  const between = [...new Set(known)].filter((id) => id !== pinned.first && id !== pinned.last);
  if (between.length === 0) return null;
  const kept: Partial<Record<Id, number>> = {};
  for (const { id } of all) {
    const width = widths[id];
    if (typeof width === 'number' && Number.isFinite(width)) kept[id] = clampWidth(width);
  }
  return { columns: [pinned.first, ...between, pinned.last], widths: kept };
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(WIDTHS.most, Math.max(WIDTHS.least, width)));
}

/** The list with one item elsewhere. */
export function movedTo<Item>(list: readonly Item[], from: number, to: number): readonly Item[] {
  const item = list[from];
  if (item === undefined) return list;
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

/** Whether two layouts look alike. */
export function sameLayout(one: Layout, other: Layout): boolean {
  const text = ({ columns, widths }: Layout): string =>
    JSON.stringify([columns, Object.entries(widths).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return text(one) === text(other);
}
