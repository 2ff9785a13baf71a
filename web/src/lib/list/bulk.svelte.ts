import type { Outcome } from '#lib/graphql/outcome.ts';
import { countBulk, runBulk, waiting } from './bulk-run.ts';
import type { BulkItem, BulkRow } from './bulk-run.ts';

/** What is done to many rows. */
export interface BulkAct<T = unknown> {
  /** "Switch off 3 tenants". */
  readonly title: string;
  readonly items: readonly BulkItem[];
  readonly act: (id: string) => Promise<Outcome<T>>;
  /** What became of one: "2 sessions ended". */
  readonly noteOf?: (data: T) => string;
  /** What takes it back again for those to whom it was done; missing = nothing does. */
  readonly undo?: (ids: ReadonlySet<string>) => BulkAct;
  /** The list is read again. */
  readonly after: () => Promise<void>;
}

/** The same for many rows, with what became of each; a page has one, and its dialog shows it. */
export class Bulk {
  rows = $state.raw<readonly BulkRow[]>([]);
  running = $state(false);
  /** Null = nothing is shown. */
  shown = $state.raw<BulkAct | null>(null);
  #stop = new AbortController();

  get counts() {
    return countBulk(this.rows);
  }

  async run<T>(of: BulkAct<T>): Promise<void> {
    if (this.running) return;
    this.shown = of as BulkAct;
    await this.#go(of as BulkAct, waiting(of.items));
  }

  /** Those that failed, or were not tried, once more. */
  async again(): Promise<void> {
    const of = this.shown;
    if (of === null || this.running) return;
    const rows = this.rows.map((row): BulkRow => {
      const isLeft = row.state === 'failed' || row.state === 'stopped';
      return isLeft ? { ...row, state: 'waiting', note: '' } : row;
    });
    await this.#go(of, rows);
  }

  async undo(): Promise<void> {
    const ids = new Set(this.rows.filter(({ state }) => state === 'done').map(({ id }) => id));
    const back = this.shown?.undo?.(ids);
    if (back !== undefined) await this.run(back);
  }

  stop(): void {
    this.#stop.abort();
  }

  close(): void {
    this.stop();
    this.shown = null;
  }

  async #go(of: BulkAct, rows: readonly BulkRow[]): Promise<void> {
    this.#stop = new AbortController();
    this.rows = rows;
    this.running = true;
    await runBulk(rows, of.act, {
      signal: this.#stop.signal,
      tell: (row) => (this.rows = this.rows.map((other) => (other.id === row.id ? row : other))),
      ...(of.noteOf === undefined ? {} : { noteOf: of.noteOf }),
    });
    this.running = false;
    await of.after();
  }
}
