import {
  RequestOneDocument,
  RequestPageDocument,
  RequestTopDocument,
  RequestTotalDocument,
} from '#lib/generated/graphql.ts';
import type { RequestRowFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome, Problem } from '#lib/graphql/outcome.ts';
import { LiveFeed } from './live-feed.svelte.ts';
import { ORDERS } from './request-query.ts';
import type { RequestView } from './request-query.ts';
import { extend, pause, resume, show, tailOf } from './tail.ts';
import type { Pause, Tail } from './tail.ts';

export type Row = RequestRowFragment;

const PAGE = 200;

interface Page {
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly cursor: string | null;
  /** Where to follow from. */
  readonly tail: string | null;
}

/** The rows of one view of the log: read page by page as one scrolls, and followed while it is live. */
export class RequestList {
  #tail = $state.raw<Tail<Row>>(tailOf([]));
  #view: RequestView | null = null;
  /** Where the next page begins. `to`: the rows before this moment, after some were let go. */
  #end: { readonly cursor: string | null; readonly to: string | null } = { cursor: null, to: null };
  /** Counts the views, so that an answer that comes late is not taken for another one's. */
  #asked = 0;
  #counted = $state.raw<number | null>(null);
  #busy = false;

  /** Nothing has been answered yet. */
  first = $state(true);
  loading = $state(false);
  /** More rows are on their way, or what kept them away. */
  loadingMore = $state(false);
  #more = $state(false);
  problem = $state.raw<Problem | null>(null);
  moreProblem = $state.raw<Problem | null>(null);
  readonly feed = new LiveFeed(
    (change) => (this.#tail = change(this.#tail)),
    () => this.#tail,
    () => void this.reload(),
  );

  get rows(): readonly Row[] {
    return this.#tail.rows;
  }

  get held(): number {
    return this.#tail.held.length;
  }

  /** More is held than was counted. */
  get atLeast(): boolean {
    return this.#tail.overflown;
  }

  get pauses(): ReadonlySet<Pause> {
    return this.#tail.pauses;
  }

  /** Whether older ones can be read. */
  get more(): boolean {
    return this.#more || this.#tail.trimmed;
  }

  /** How many there are in all; null = not known yet. */
  get total(): number | null {
    return this.#counted === null ? null : this.#counted + this.#tail.arrived;
  }

  /** Shows another view; the rows of the one before stay until its own are there. */
  async open(view: RequestView): Promise<void> {
    this.#view = view;
    await this.reload();
  }

  async reload(): Promise<void> {
    const view = this.#view;
    if (view === null) return;
    const asked = (this.#asked += 1);
    this.feed.stop();
    this.loading = true;
    const outcome = await readFirst(view);
    if (asked !== this.#asked) return;
    this.loading = false;
    this.first = false;
    this.problem = outcome.ok ? null : outcome.problem;
    if (!outcome.ok) return;
    const { rows, more, cursor, tail } = outcome.data;
    this.#tail = tailOf(rows, tail, this.#tail.pauses);
    this.#end = { cursor, to: null };
    this.#counted = null;
    this.#more = more;
    this.moreProblem = null;
    if (view.live) this.feed.start(view.filter);
    await this.#count(view, asked);
  }

  async #count(view: RequestView, asked: number): Promise<void> {
    if (view.id !== null) {
      this.#counted = this.rows.length;
      return;
    }
    const outcome = await ask(RequestTotalDocument, { filter: view.filter });
    if (asked !== this.#asked || !outcome.ok) return;
    // Those that came meanwhile are counted already; when live ends it is counted again.
    this.#counted = outcome.data.requestLogs.totalCount - this.#tail.arrived;
  }

  /** The next older page; resolves with whether there were more rows. */
  async loadMore(): Promise<boolean> {
    const view = this.#view;
    if (view === null || this.#busy || this.loading || !this.more) return false;
    const asked = this.#asked;
    this.#busy = true;
    this.loadingMore = true;
    try {
      if (this.#tail.trimmed) this.#end = { cursor: null, to: justAfter(this.rows.at(-1)) };
      const { cursor, to } = this.#end;
      const outcome = await readPage(
        to === null ? view : { ...view, filter: { ...view.filter, to } },
        cursor,
      );
      if (asked !== this.#asked) return false;
      this.moreProblem = outcome.ok ? null : outcome.problem;
      if (!outcome.ok) return false;
      // New rows may have pushed others out meanwhile: then it is asked again from where the list ends now.
      if (this.#tail.trimmed && to === null) return false;
      this.#tail = extend(this.#tail, outcome.data.rows);
      this.#end = { cursor: outcome.data.cursor, to };
      this.#more = outcome.data.more;
      return outcome.data.rows.length > 0;
    } finally {
      this.#busy = false;
      this.loadingMore = false;
    }
  }

  /** Begins or ends to follow. */
  setLive(live: boolean): void {
    if (this.#view === null || this.#view.live === live) return;
    this.#view = { ...this.#view, live };
    if (live) {
      void this.reload();
      return;
    }
    this.feed.stop();
    // What was held beyond the cap was never told: the list is read anew.
    const hasGap = this.#tail.overflown;
    this.#tail = resume(show(this.#tail), 'button');
    if (hasGap) void this.reload();
    else void this.#count(this.#view, this.#asked);
  }

  pause(reason: Pause): void {
    this.#tail = pause(this.#tail, reason);
  }

  resume(...reasons: readonly Pause[]): void {
    this.#change(resume(this.#tail, ...reasons));
  }

  /** What is held, now; reasons that one can do nothing about go on. */
  show(): void {
    this.#change(show(resume(this.#tail, 'button', 'scroll')));
  }

  #change(next: Tail<Row>): void {
    const goOn = this.#tail.overflown && !next.overflown;
    this.#tail = next;
    if (goOn && this.#view?.live === true) this.feed.start(this.#view.filter);
  }

  close(): void {
    this.#asked += 1;
    this.feed.stop();
  }
}

async function readFirst(view: RequestView): Promise<Outcome<Page>> {
  const whole = (rows: readonly Row[]): Page => ({ rows, more: false, cursor: null, tail: null });
  if (view.id !== null) {
    const outcome = await ask(RequestOneDocument, { id: view.id });
    return mapOutcome(outcome, ({ requestLog }) => whole(requestLog === null ? [] : [requestLog]));
  }
  if (view.sort === null) return await readPage(view, null);
  const outcome = await ask(RequestTopDocument, {
    filter: view.filter,
    by: ORDERS[view.sort],
    first: PAGE,
  });
  return mapOutcome(outcome, ({ topRequestLogs }) => whole(topRequestLogs));
}

async function readPage({ filter, live }: RequestView, after: string | null): Promise<Outcome<Page>> {
  const first = after === null;
  const outcome = await ask(RequestPageDocument, {
    filter,
    first: PAGE,
    withTail: first && live,
    ...(first ? {} : { after }),
  });
  return mapOutcome(outcome, ({ requestLogs: { edges, pageInfo, tailCursor } }) => ({
    rows: edges.map(({ node }) => node),
    more: pageInfo.hasNextPage,
    cursor: pageInfo.endCursor,
    tail: tailCursor ?? null,
  }));
}

/** Of the same millisecond there may be more: they are read again, and known by their ids. */
function justAfter(row: Row | undefined): string | null {
  return row === undefined ? null : new Date(Date.parse(row.at) + 1).toISOString();
}
