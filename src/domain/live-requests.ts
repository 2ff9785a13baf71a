import type { RequestLog } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, tenantScope } from '../identity/policy.ts';
import type { LiveBus, LiveEvent, Watcher } from './live-bus.ts';
import { compileFilter, type CompiledFilter, type LiveFilter, type TenantScope } from './live-filter.ts';
import {
  advanced,
  contains,
  covers,
  decode,
  encode,
  LONGEST_REQUEST_MS,
  type Place,
  type Position,
  type Seen,
} from './live-position.ts';
import { createLiveQueue } from './live-queue.ts';
import { placeOf, type LiveReader, type MissedPage } from './live-reader.ts';
import { SlowConsumerError } from './slow-consumer.ts';
import { createTurns } from './turns.ts';

/** A request that has ended, and where the stream goes on after it. */
export interface LoggedRequest {
  readonly request: RequestLog;
  readonly cursor: string;
}

export interface FollowOptions {
  readonly filter: LiveFilter;
  /** A cursor: what has been since comes first; null = from now on. */
  readonly after: string | null;
  /** Ends the stream at once, whatever it waits for. */
  readonly signal: AbortSignal;
  /** The subscriber takes nothing and has been dropped: the stream's next call says so, if it ever comes. */
  readonly onDropped: () => void;
}

export interface LiveRequests {
  /**
   * The requests that the actor may see, as they end. Throws AppError forbidden or bad_input at once; ends with
   * SlowConsumerError when more wait than a subscriber may leave waiting.
   */
  follow(actor: Actor, options: FollowOptions): AsyncGenerator<LoggedRequest, void, undefined>;
  /** A cursor behind all that the log shows now: whoever reads the log next and follows from here misses nothing. */
  end(actor: Actor): Promise<string>;
}

export interface LiveRequestsDeps {
  readonly bus: LiveBus;
  readonly reader: LiveReader;
  /** Unix ms. */
  readonly clock: () => number;
  /** Events that may wait for one subscriber. */
  readonly capacity?: number | undefined;
}

const CAPACITY = 1_000;
const PAGE = 200;
/** Of this process, at a time: whoever takes up a thousand streams must leave connections for others. */
const MOST_READS = 3;

type Wanted = CompiledFilter & { readonly tenants: TenantScope };

export function createLiveRequests(deps: LiveRequestsDeps): LiveRequests {
  const { bus, reader, clock, capacity = CAPACITY } = deps;
  const turns = createTurns(MOST_READS);

  return {
    follow(actor, options) {
      authorize(actor, 'requestLog.read');
      const wanted: Wanted = { ...compileFilter(options.filter), tenants: scopeOf(actor, options.filter) };
      return stream(wanted, options.after === null ? null : decode(options.after, clock()), options);
    },

    async end(actor) {
      authorize(actor, 'requestLog.read');
      return encode({
        from: clock() - LONGEST_REQUEST_MS,
        given: [{ seen: await reader.snapshot(), upTo: null }],
      });
    },
  };

  async function* stream(
    wanted: Wanted,
    start: Position | null,
    { after, signal, onDropped }: FollowOptions,
  ): AsyncGenerator<LoggedRequest, void, undefined> {
    let cursor = after;
    /** What the log showed when it was last read for this stream. */
    let shown: Seen | null = null;

    // Rounds, until there is little left: nothing piles up in memory meanwhile, however long it takes.
    let position = start;
    for (let given = PAGE; position !== null && given >= PAGE;) {
      shown = await reader.snapshot();
      const now = { from: clock() - LONGEST_REQUEST_MS, given: [{ seen: shown, upTo: null }] };
      given = 0;
      for await (const logged of missed(position, now, wanted, signal)) {
        ({ cursor } = logged);
        given += 1;
        yield logged;
      }
      position = now;
    }
    if (signal.aborted) return;

    const queue = createLiveQueue<LiveEvent>(capacity);
    let dropped = false;
    const watcher: Watcher = {
      tenants: wanted.tenants,
      isBehind: () => queue.size > capacity / 2,
      onEvent(event) {
        // The bus may be behind the log, and tell what has been read there already.
        if (shown !== null && covers(shown, event.xid)) return;
        if (!wanted.accepts(event.row) || queue.push(event)) return;
        dropped = true;
        bus.unwatch(watcher);
        queue.fail(new SlowConsumerError(cursor, capacity));
        onDropped();
      },
    };
    const stop = () => {
      bus.unwatch(watcher);
      queue.close();
    };
    signal.addEventListener('abort', stop);
    try {
      const joined = await bus.watch(watcher);
      if (position !== null) {
        for await (const logged of missed(position, joined, wanted, signal)) {
          if (dropped) break;
          ({ cursor } = logged);
          yield logged;
        }
      }
      for (let event = await queue.next(); event !== null; event = await queue.next()) {
        cursor = cursorOf(event, shown);
        yield { request: event.row, cursor };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  /** What lies between two positions, in the order of the log. */
  async function* missed(
    position: Position,
    { given: until }: Position,
    { tenants, where }: Wanted,
    signal: AbortSignal,
  ): AsyncGenerator<LoggedRequest, void, undefined> {
    const { from, given } = position;
    let reached = position;
    let after: Place | null = null;
    do {
      if (signal.aborted) return;
      const asked = { from, given, until, after, tenants, where, limit: PAGE };
      // Whoever has left meanwhile gives the turn away.
      const page: MissedPage = await turns(async () =>
        signal.aborted ? { rows: [], next: null } : await reader.missed(asked),
      );
      for (const found of page.rows) {
        if (signal.aborted) return;
        reached = advanced(reached, until, placeOf(found));
        yield { request: found.row, cursor: encode(reached) };
      }
      after = page.next;
    } while (after !== null);
  }
}

/** What somebody may see of what they want: nothing else is read. */
function scopeOf(actor: Actor, { tenantId }: LiveFilter): TenantScope {
  const scope = tenantScope(actor);
  if (tenantId == null) return scope;
  const id = tenantId.toLowerCase();
  return scope === 'all' || scope.includes(id) ? [id] : [];
}

/** The bus's own cursor, until it has caught up together with what was read before. */
function cursorOf({ position, cursor }: LiveEvent, shown: Seen | null): string {
  if (shown === null || position.given.some(({ seen, upTo }) => upTo === null && contains(seen, shown))) {
    return cursor();
  }
  return encode({ from: position.from, given: [...position.given, { seen: shown, upTo: null }] });
}
