/** A column of the list of models. */
export interface ModelColumn {
  readonly id: string;
  readonly label: string;
  /** Said in full to those who hear it or point at it. */
  readonly title?: string;
  readonly width: number;
  readonly number?: boolean;
  /** Shown together and chosen together; none = always there. */
  readonly set?: ColumnSet;
}

export const SETS = {
  limits: 'Limits and abilities',
  prices: 'Prices',
  benchmarks: 'Benchmarks',
  use: 'Use in 7 days',
} as const;
export type ColumnSet = keyof typeof SETS;

export const COLUMNS = [
  { id: 'select', label: 'Choose', width: 40 },
  { id: 'model', label: 'Model', width: 280 },
  { id: 'menu', label: 'Actions', width: 44 },
  { id: 'tier', label: 'Tier', width: 128 },
  { id: 'visible', label: 'Listed', width: 64 },
  { id: 'abilities', label: 'Abilities', width: 118, set: 'limits' },
  {
    id: 'window',
    label: 'Window',
    title: 'Context window, in tokens',
    width: 96,
    number: true,
    set: 'limits',
  },
  {
    id: 'output',
    label: 'Longest',
    title: 'Longest answer, in tokens',
    width: 92,
    number: true,
    set: 'limits',
  },
  {
    id: 'priceIn',
    label: 'In / 1M',
    title: 'Input, USD for a million tokens',
    width: 96,
    number: true,
    set: 'prices',
  },
  {
    id: 'priceCached',
    label: 'Cached / 1M',
    title: 'Cached input, USD for a million tokens',
    width: 96,
    number: true,
    set: 'prices',
  },
  {
    id: 'priceOut',
    label: 'Out / 1M',
    title: 'Output, USD for a million tokens',
    width: 96,
    number: true,
    set: 'prices',
  },
  { id: 'priceBy', label: 'Price by', width: 92, set: 'prices' },
  {
    id: 'intelligence',
    label: 'Int',
    title: 'Intelligence, 0 to 100',
    width: 48,
    number: true,
    set: 'benchmarks',
  },
  { id: 'coding', label: 'Code', title: 'Coding, 0 to 100', width: 52, number: true, set: 'benchmarks' },
  { id: 'math', label: 'Math', title: 'Mathematics, 0 to 100', width: 52, number: true, set: 'benchmarks' },
  {
    id: 'speed',
    label: 'Speed',
    title: 'Speed of the answer, 0 to 100',
    width: 56,
    number: true,
    set: 'benchmarks',
  },
  { id: 'requests', label: 'Requests 7 d', width: 96, number: true, set: 'use' },
  { id: 'spend', label: 'Spend 7 d', width: 92, number: true, set: 'use' },
] as const satisfies readonly ModelColumn[];
export type ColumnId = (typeof COLUMNS)[number]['id'];

const STORED = 'prism.models.columns';

/** The sets that are hidden; kept per browser, as it is a matter of the screen. */
export function storedHidden(storage: Pick<Storage, 'getItem'>): readonly ColumnSet[] {
  const names = (storage.getItem(STORED) ?? '').split(',');
  return (Object.keys(SETS) as ColumnSet[]).filter((set) => names.includes(set));
}

export function storeHidden(storage: Pick<Storage, 'setItem'>, hidden: readonly ColumnSet[]): void {
  storage.setItem(STORED, hidden.join(','));
}

export function shownColumns(
  hidden: readonly ColumnSet[],
): readonly (ModelColumn & { readonly id: ColumnId })[] {
  const columns: readonly (ModelColumn & { readonly id: ColumnId })[] = COLUMNS;
  return columns.filter(({ set }) => set === undefined || !hidden.includes(set));
}
