import { COLUMNS, DENSITIES, USUAL } from './columns.ts';
import type { ColumnId, Density } from './columns.ts';

const STORED = 'prism.requests.table';

/** How somebody likes the table: kept by this browser, not part of the address. */
class TablePrefs {
  columns = $state.raw<readonly ColumnId[]>(USUAL);
  density = $state<Density>('normal');

  constructor() {
    const stored = readStored();
    if (stored.columns !== null) this.columns = stored.columns;
    if (stored.density !== null) this.density = stored.density;
  }

  toggle(id: ColumnId): void {
    const next = this.columns.includes(id) ? this.columns.filter((one) => one !== id) : [...this.columns, id];
    this.columns = COLUMNS.flatMap((column) => (next.includes(column.id) ? [column.id] : []));
    this.#store();
  }

  setDensity(density: Density): void {
    this.density = density;
    this.#store();
  }

  reset(): void {
    this.columns = USUAL;
    this.density = 'normal';
    localStorage.removeItem(STORED);
  }

  #store(): void {
    localStorage.setItem(STORED, JSON.stringify({ columns: this.columns, density: this.density }));
  }
}

/** What is stored may be of another version: only what is known of it counts. */
function readStored(): { columns: readonly ColumnId[] | null; density: Density | null } {
  const nothing = { columns: null, density: null };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return nothing;
    const ids: unknown = 'columns' in stored ? stored.columns : null;
    const density: unknown = 'density' in stored ? stored.density : null;
    return {
      columns: Array.isArray(ids) ? COLUMNS.flatMap(({ id }) => (ids.includes(id) ? [id] : [])) : null,
      density: typeof density === 'string' && Object.hasOwn(DENSITIES, density) ? (density as Density) : null,
    };
  } catch {
    return nothing;
  }
}

export const prefs = new TablePrefs();
