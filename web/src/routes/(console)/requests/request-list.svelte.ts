import type { RequestLogFilter } from '#lib/generated/graphql.ts';
import type { Problem } from '#lib/graphql/outcome.ts';
import { LiveFeed } from './live-feed.svelte.ts';
import { justAfter, readAfter, readFirst, readNumbered, readPlace, readTotal } from './read-log.ts';
import type { FirstPage, Row } from './read-log.ts';
import type { RequestView } from './request-query.ts';
import { counted, indexIn, PAGE, rowAt, sheetOf, wanted, withPage } from './sheet.ts';
import type { Sheet } from './sheet.ts';
import { extend, MOST_LIVE, pause, resume, show, tailOf } from './tail.ts';
import type { Pause, Tail } from './tail.ts';

export type { Row } from './read-log.ts';

/** Rows before the last at which more are asked for while the log is live. */
const AHEAD = 60;

/**
 * The rows of one view of the log. While it stands still it is a sheet: as long as the log, with the pages near the
 * reader. While it is live it is a tail: the newest, to which others come, and not for ever more of them.
 */
export class RequestList {
  #tail = $state.raw<Tail<Row>>(tailOf([]));
  #sheet = $state.raw<Sheet<Row>>(sheetOf({ rows: [], cursor: null, more: false }));
  #isLive = $state(false);
  #view: RequestView | null = null;
  /** Where the tail's next page begins. */
  #end: string | null = null;
  #more = $state(false);
  /** Counts the views, so that an answer that comes late is not taken for another one's. */
  #asked = 0;
  #counted = $state.raw<number | null>(null);
  #busy = false;
  /** The rows that are looked at. */
  #seen: readonly [first: number, end: number] = [0, 0];

  /** Nothing has been answered yet. */
  first = $state(true);
  loading = $state(false);
  /** More rows are on their way, or what kept them away. */
  loadingMore = $state(false);
  problem = $state.raw<Problem | null>(null);
  moreProblem = $state.raw<Problem | null>(null);
  readonly feed = new LiveFeed(
    (change) => (this.#tail = change(this.#tail)),
    () => this.#tail,
    () => void this.reload(),
  );

  /** As many as the way to scroll is long. */
  get length(): number {
    return this.#isLive ? this.#tail.rows.length : this.#sheet.length;
  }

  /** Undefined = it has not been read. */
  readonly at = (index: number): Row | undefined =>
    this.#isLive ? this.#tail.rows[index] : rowAt(this.#sheet, index);

  /** -1 = it is not among the rows that are there. */
  indexOf(id: string): number {
    return this.#isLive ? this.#tail.rows.findIndex((row) => row.id === id) : indexIn(this.#sheet, id);
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

  /** Whether rows behind the last can be read. */
  get more(): boolean {
    return this.#isLive ? this.#more && !this.isFull : this.#sheet.more;
  }

  /** As much as is kept while it is live. */
  get isFull(): boolean {
    return this.#isLive && this.#tail.rows.length >= MOST_LIVE;
  }

  /** How many there are in all; null = not known yet. */
  get total(): number | null {
    return this.#counted === null ? null : this.#counted + (this.#isLive ? this.#tail.arrived : 0);
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
    this.#begin(view, outcome.data);
    await this.#count(view, asked);
    if (asked === this.#asked) await this.#fill();
  }

  #begin(view: RequestView, page: FirstPage): void {
    this.#isLive = view.live;
    this.#tail = tailOf(view.live ? page.rows : [], page.tail, this.#tail.pauses);
    this.#sheet = sheetOf(view.live ? { rows: [], cursor: null, more: false } : page);
    this.#end = page.cursor;
    this.#more = page.more;
    this.#counted = null;
    this.moreProblem = null;
    if (view.live) this.feed.start(view.filter);
  }

  async #count(view: RequestView, asked: number): Promise<void> {
    if (view.id !== null) {
      this.#counted = this.length;
      return;
    }
    // Only where the newest row is the first does the first say how far the log went when it was read.
    const isStanding = !view.live && view.sort === null;
    const outcome = await readTotal(isStanding ? this.#standing(view.filter) : view.filter);
    if (asked !== this.#asked || !outcome.ok) return;
    // Those that came meanwhile are counted already.
    this.#counted = outcome.data - (this.#isLive ? this.#tail.arrived : 0);
    // What is left out or decided can only be counted by looking at all rows, so such a log is read on from page to page.
    const isLookedAt = view.filter.exclude != null || view.filter.ruleSetId != null;
    const canJump = !view.live && view.sort === null && !isLookedAt;
    if (canJump) this.#sheet = counted(this.#sheet, outcome.data);
  }

  /** The filter without what came after the first page. */
  #standing(filter: RequestLogFilter): RequestLogFilter {
    const to = justAfter(this.#sheet.pages.get(0)?.[0]);
    return to === null || (filter.to != null && filter.to < to) ? filter : { ...filter, to };
  }

  /** These rows are looked at: what is missing of them is read. */
  see(first: number, end: number): void {
    this.#seen = [first, end];
    void this.#fill();
  }

  /** Reads until all is there that is looked at, one page at a time. */
  async #fill(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (!this.loading && this.#view !== null && (await this.#step(this.#view, this.#asked)))
        this.loadingMore = true;
    } finally {
      this.#busy = false;
      this.loadingMore = false;
    }
  }

  /** The page that is missed most; resolves with whether one was read, or another view has to be looked at. */
  async #step(view: RequestView, asked: number): Promise<boolean> {
    const [first, end] = this.#seen;
    if (this.#isLive) return end > this.length - AHEAD && this.more && (await this.#readTail(view, asked));
    const number = wanted(this.#sheet, first, end);
    if (number === null) return false;
    this.loadingMore = true;
    const cursor = this.#sheet.cursors.get(number);
    const outcome =
      cursor === undefined
        ? await readNumbered(this.#standing(view.filter), number)
        : await readAfter(view.filter, cursor);
    if (asked !== this.#asked) return true;
    this.moreProblem = outcome.ok ? null : outcome.problem;
    if (!outcome.ok) return false;
    this.#sheet = withPage(this.#sheet, number, outcome.data, Math.floor(this.#seen[0] / PAGE));
    return true;
  }

  async #readTail(view: RequestView, asked: number): Promise<boolean> {
    this.loadingMore = true;
    const outcome = await readAfter(view.filter, this.#end);
    if (asked !== this.#asked) return true;
    this.moreProblem = outcome.ok ? null : outcome.problem;
    if (!outcome.ok) return false;
    this.#tail = extend(this.#tail, outcome.data.rows);
    this.#end = outcome.data.cursor;
    this.#more = outcome.data.more;
    return outcome.data.rows.length > 0;
  }

  /** Reads on after something went wrong. */
  retryMore(): void {
    void this.#fill();
  }

  /** Where a request stands in the list, nearly; null = it is none of its, or that is not known. */
  async placeOf(id: string): Promise<number | null> {
    const view = this.#view;
    const known = this.indexOf(id);
    if (known >= 0 || view === null || !this.#sheet.isCounted) return known >= 0 ? known : null;
    const asked = this.#asked;
    const outcome = await readPlace(this.#standing(view.filter), id);
    return asked === this.#asked && outcome.ok ? outcome.data : null;
  }

  /** Begins or ends to follow. */
  setLive(live: boolean): void {
    if (this.#view === null || this.#view.live === live) return;
    this.#view = { ...this.#view, live };
    if (!live) this.#tail = resume(this.#tail, 'button');
    void this.reload();
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
    const hasGap = this.#tail.overflown && !next.overflown;
    this.#tail = next;
    // More came than is told one by one: the newest are read anew, and the others as one gets to them.
    if (hasGap && this.#view?.live === true) void this.reload();
  }

  close(): void {
    this.#asked += 1;
    this.#view = null;
    this.feed.stop();
  }
}
