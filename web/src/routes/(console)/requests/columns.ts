import { readLayout } from '#lib/table/columns.ts';
import type { Column, Layout } from '#lib/table/columns.ts';
import type { Row } from './request-list.svelte.ts';
import type { Condition, FieldName, Order } from './request-query.ts';

/** All that a line of the log can show, in the order of the table. */
export const COLUMNS = [
  { id: 'time', label: 'Time', width: 120 },
  { id: 'status', label: 'Status', width: 104 },
  { id: 'tenant', label: 'Tenant', width: 120 },
  { id: 'model', label: 'Model', width: 170, grow: true },
  { id: 'provider', label: 'Provider', width: 100 },
  { id: 'category', label: 'Category', width: 120 },
  { id: 'tier', label: 'Tier', width: 84 },
  { id: 'user', label: 'User', width: 150 },
  { id: 'session', label: 'Session', width: 140 },
  { id: 'key', label: 'Key', width: 110 },
  { id: 'operation', label: 'Operation', width: 120 },
  { id: 'attempts', label: 'Attempts', width: 76, number: true },
  { id: 'input', label: 'Tokens in', width: 80, number: true },
  { id: 'output', label: 'Tokens out', width: 84, number: true },
  { id: 'tokens', label: 'Tokens', width: 72, number: true, sortable: true },
  { id: 'first', label: 'First token', width: 88, number: true, sortable: true },
  { id: 'duration', label: 'Duration', width: 80, number: true, sortable: true },
  { id: 'saved', label: 'Saved', width: 88, number: true },
  { id: 'cost', label: 'Cost', width: 92, number: true, sortable: true },
  { id: 'menu', label: 'Actions', width: 44, quiet: true },
] as const satisfies readonly Column[];
export type ColumnId = (typeof COLUMNS)[number]['id'];

/** Always there, at the ends: which row it is, and what can be done with it. */
export const PINNED = { first: 'time', last: 'menu' } as const satisfies Record<string, ColumnId>;

/** Until somebody chooses others. */
export const USUAL: Layout<ColumnId> = {
  columns: [
    'time',
    'status',
    'tenant',
    'model',
    'provider',
    'category',
    'tokens',
    'first',
    'duration',
    'cost',
    'menu',
  ],
  widths: {},
};

/** What is left of them beside an open request: to tell the rows apart is enough there. */
export const BESIDE: readonly ColumnId[] = ['time', 'status', 'model', 'duration', 'cost', 'menu'];

export const DENSITIES = {
  compact: { label: 'Compact', height: 28 },
  normal: { label: 'Normal', height: 36 },
  relaxed: { label: 'Relaxed', height: 44 },
} as const;
export type Density = keyof typeof DENSITIES;

/** A layout as an address carries it: "time,model:220,cost"; null = that is none. */
export function parseLayout(text: string | null): Layout<ColumnId> | null {
  const parts = (text ?? '').split(',').map((part) => part.split(':'));
  const widths = parts.flatMap(([id = '', width]) =>
    width === undefined ? [] : [[id, Number(width)] as const],
  );
  return readLayout(
    COLUMNS,
    PINNED,
    parts.map(([id = '']) => id),
    Object.fromEntries(widths),
  );
}

export function layoutText({ columns, widths }: Layout<ColumnId>): string {
  return columns.map((id) => (widths[id] === undefined ? id : `${id}:${widths[id]}`)).join(',');
}

/** The order that a column's head asks for. */
export function orderOf(id: string): Order | null {
  return id === 'cost' || id === 'first' || id === 'duration' || id === 'tokens' ? id : null;
}

/** What a cell stands for as a filter, and how a person calls it; null = nothing to filter by. */
export function conditionOf(row: Row, column: ColumnId): (Condition & { readonly shown: string }) | null {
  const one = (field: FieldName, value: string, shown = value): Condition & { readonly shown: string } => ({
    field,
    value,
    shown: shown === '' ? 'none' : shown,
    not: false,
  });
  switch (column) {
    case 'status':
      return one('status', row.status, row.status.toLowerCase());
    case 'tenant':
      return row.tenant === null ? null : one('tenant', row.tenant.id, row.tenant.name);
    case 'model':
      return row.model === '' ? null : one('model', row.model);
    case 'provider':
      return one('provider', row.providerSlug);
    case 'category':
      return one('category', row.category);
    case 'user':
      return one('user', row.userName);
    case 'session':
      return row.sessionId === '' ? null : one('session', row.sessionId);
    case 'key':
      return one('key', row.keyId, `…${row.keyId.slice(-6)}`);
    default:
      return null;
  }
}

/** The columns that can be filtered by, for a row's menu. */
export const FILTERABLE = [
  'status',
  'tenant',
  'model',
  'provider',
  'category',
  'user',
  'session',
  'key',
] as const satisfies readonly ColumnId[];
