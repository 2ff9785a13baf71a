import { RequestLoggedDocument } from '#lib/generated/graphql.ts';
import type {
  RequestLogFilter,
  RequestLoggedSubscription,
  RequestRowFragment,
} from '#lib/generated/graphql.ts';
import { listen } from '#lib/graphql/live.ts';
import type { Problem } from '#lib/graphql/outcome.ts';
import { arrive } from './tail.ts';
import type { Logged, Tail } from './tail.ts';

type Row = RequestRowFragment;

/** How the connection stands; off = nothing is followed. */
export type FeedState = 'off' | 'connecting' | 'open' | 'lost';

/** So many may wait for a frame; in a tab that nobody sees there are no frames. */
const MOST_WAITING = 2_000;
/** Faster nobody reads: what comes meanwhile is drawn at once, and the frames between belong to whoever scrolls. */
const EVERY_MS = 100;
const RETRY_MS = 500;
/** A cursor is good for a day: whoever is sent away more often than this has another problem. */
const RELOAD_EVERY_MS = 60_000;

/**
 * Follows the log and puts what comes into a tail, some of it at once. The cursor of the last row that was told
 * goes along with each new connection: nothing is missed and nothing comes twice.
 */
export class LiveFeed {
  state = $state<FeedState>('off');
  /** When the connection was lost, until it is back and has caught up; ms since 1970. */
  lostAt = $state<number | null>(null);
  /** Why nothing comes any more. */
  problem = $state.raw<Problem | null>(null);

  readonly #apply: (change: (tail: Tail<Row>) => Tail<Row>) => void;
  readonly #tail: () => Tail<Row>;
  readonly #reload: () => void;
  #end: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cursor: string | null = null;
  #waiting: Logged<Row>[] = [];
  #frame = 0;
  #delay: ReturnType<typeof setTimeout> | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #reloadedAt = Number.NEGATIVE_INFINITY;

  /** `reload`: the newest are to be read anew, and followed from there. */
  constructor(
    apply: (change: (tail: Tail<Row>) => Tail<Row>) => void,
    tail: () => Tail<Row>,
    reload: () => void,
  ) {
    this.#apply = apply;
    this.#tail = tail;
    this.#reload = reload;
  }

  /** From the tail's cursor on. */
  start({ from: _from, to: _to, ...filter }: RequestLogFilter): void {
    this.stop();
    this.problem = null;
    this.#cursor = this.#tail().cursor;
    this.state = 'open';
    this.#end = listen(
      RequestLoggedDocument,
      () => ({ filter, ...(this.#cursor === null ? {} : { after: this.#cursor }) }),
      {
        data: ({ requestLogged }) => this.#take(requestLogged),
        state: (state) => {
          this.state = state;
          if (state === 'lost') this.lostAt ??= Date.now();
          if (state === 'open') this.lostAt = null;
        },
        end: (problem) => this.#ended(problem, filter),
      },
    );
  }

  /** Nothing is told any more; what was told before still joins the tail. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#end?.();
    this.#end = null;
    this.#flush();
    this.state = 'off';
    this.lostAt = null;
  }

  #take({ cursor, request }: RequestLoggedSubscription['requestLogged']): void {
    this.#cursor = cursor;
    this.#waiting.push({ cursor, row: request });
    if (this.#waiting.length >= MOST_WAITING) this.#flush();
    else if (this.#waiting.length === 1) this.#plan();
  }

  /** What comes alone is drawn with the next frame. */
  #plan(): void {
    const early = this.#flushedAt + EVERY_MS - performance.now();
    if (early > 0) this.#delay = setTimeout(() => this.#plan(), early);
    else this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#delay);
    if (this.#waiting.length === 0) return;
    this.#flushedAt = performance.now();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#apply((tail) => arrive(tail, waiting));
    // The rest is read from the log when one goes on: until then the server need not send it.
    if (this.#tail().overflown && this.#end !== null) {
      this.#end();
      this.#end = null;
    }
  }

  #ended(problem: Problem, filter: RequestLogFilter): void {
    this.#end = null;
    if (problem.code === 'slow_consumer') {
      this.#flush();
      // Whoever looks at the newest is not told all that came since: they are read at once. What is held goes on.
      const isPaused = this.#tail().pauses.size > 0;
      this.#timer = setTimeout(() => (isPaused ? this.start(filter) : this.#reload()), RETRY_MS);
    } else if (problem.code === 'bad_input' && Date.now() - this.#reloadedAt > RELOAD_EVERY_MS) {
      this.#reloadedAt = Date.now();
      this.#reload();
    } else {
      this.#flush();
      this.state = 'off';
      this.problem = problem;
    }
  }
}
