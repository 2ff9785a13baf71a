import type { Layout } from '#lib/table/columns.ts';
import { DENSITIES, layoutText, parseLayout, USUAL } from './columns.ts';
import type { ColumnId, Density } from './columns.ts';
import { MOST_VIEWS, readViews, writeViews } from './saved-views.ts';
import type { SavedView } from './saved-views.ts';

/** How somebody likes the log: kept by this browser, for each person that signs in with it. */
export class Preferences {
  density = $state<Density>('normal');
  views = $state.raw<readonly SavedView[]>([]);
  #layout = $state.raw<Layout<ColumnId>>(USUAL);
  /** Views whose columns have been changed and not been kept: as long as the page is open. */
  #drafts = $state.raw<ReadonlyMap<string, Layout<ColumnId>>>(new Map());
  readonly #key: string;

  constructor(person: string) {
    this.#key = `prism.requests.${person}`;
    const stored = readStored(this.#key);
    this.#layout = stored.layout;
    this.density = stored.density;
    this.views = stored.views;
  }

  /** The columns of a view, or of the log without one. */
  layoutOf(view: SavedView | null): Layout<ColumnId> {
    return view === null ? this.#layout : (this.#drafts.get(view.id) ?? view.layout);
  }

  setLayout(view: SavedView | null, layout: Layout<ColumnId>): void {
    if (view === null) {
      this.#layout = layout;
      this.#store();
    } else this.#drafts = new Map(this.#drafts).set(view.id, layout);
  }

  setDensity(density: Density): void {
    this.density = density;
    this.#store();
  }

  get isFull(): boolean {
    return this.views.length >= MOST_VIEWS;
  }

  /** A new view, which is the answer. */
  add(view: Omit<SavedView, 'id'>): SavedView {
    const added = { ...view, id: Math.random().toString(36).slice(2, 10) };
    this.#keep([...this.views, added]);
    return added;
  }

  change(id: string, parts: Partial<Omit<SavedView, 'id'>>): void {
    this.#keep(this.views.map((view) => (view.id === id ? { ...view, ...parts } : view)));
    this.#drafts = new Map([...this.#drafts].filter(([draft]) => draft !== id || parts.layout === undefined));
  }

  /** Answers with what takes it back. */
  remove(id: string): () => void {
    const at = this.views.findIndex((view) => view.id === id);
    const [removed] = this.views.slice(at, at + 1);
    this.#keep(this.views.filter((view) => view.id !== id));
    return () => {
      if (removed !== undefined && at >= 0)
        this.#keep([...this.views.slice(0, at), removed, ...this.views.slice(at)]);
    };
  }

  #keep(views: readonly SavedView[]): void {
    this.views = views;
    this.#store();
  }

  #store(): void {
    const { density } = this;
    const stored = { columns: layoutText(this.#layout), density, views: writeViews(this.views) };
    try {
      localStorage.setItem(this.#key, JSON.stringify(stored));
    } catch {
      // Storage may be full or forbidden: then it holds as long as the page is open.
    }
  }
}

interface Stored {
  readonly layout: Layout<ColumnId>;
  readonly density: Density;
  readonly views: readonly SavedView[];
}

/** What is stored may be of another version: only what is known of it counts. */
function readStored(key: string): Stored {
  // A finger needs higher rows than a pointer.
  const usual: Density = matchMedia('(pointer: coarse)').matches ? 'relaxed' : 'normal';
  const nothing: Stored = { layout: USUAL, density: usual, views: [] };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return nothing;
    const { columns, density, views }: Partial<Record<string, unknown>> = { ...stored };
    return {
      layout: parseLayout(typeof columns === 'string' ? columns : null) ?? USUAL,
      density:
        typeof density === 'string' && Object.hasOwn(DENSITIES, density) ? (density as Density) : usual,
      views: readViews(views),
    };
  } catch {
    return nothing;
  }
}
