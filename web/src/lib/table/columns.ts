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

/** The tracks of a row's grid. */
export function tracksOf(columns: readonly Column[]): string {
  return columns.map(({ width, grow }) => (grow ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ');
}

/** Narrower than this the table scrolls sideways, in pixels. */
export function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

/** The columns that are shown, in their order; unknown names fall away, and pinned ones always stay. */
export function chosen<Id extends string>(
  columns: readonly Column<Id>[],
  ids: readonly string[] | null,
  pinned: readonly Id[],
): readonly Column<Id>[] {
  if (ids === null) return columns;
  return columns.filter(({ id }) => ids.includes(id) || pinned.includes(id));
}
