import type { Notices } from '../database/notify.ts';
import type { Sessions } from '../domain/sessions.ts';
import { AppError } from '../errors.ts';
import { rightsOf, type UserActor } from '../identity/actor.ts';
import type { Logger } from '../log.ts';

/** Somebody who is connected for longer than a request, by socket or by stream. */
export interface LiveConnection {
  readonly actor: UserActor;
  /** Aborted, with an AppError as its reason, when the connection must end: the transport sees to that. */
  readonly signal: AbortSignal;
  /**
   * Null = the login stands. Else it is being looked at again: resolves when that is known, and `signal` is aborted
   * if it does not stand any more. To be asked before anything is given out.
   */
  settled(): Promise<void> | null;
  end(reason: AppError): void;
  /** The client has gone. */
  close(): void;
}

/** Who is connected, and whether they still may be. */
export interface LiveAccess {
  /** Throws AppError unauthenticated, too_many_attempts or draining. */
  open(token: string, address: string): Promise<LiveConnection>;
  /** Ends all connections, and lets nobody in any more. */
  close(): void;
  readonly connections: number;
}

export interface LiveAccessDeps {
  readonly sessions: Pick<Sessions, 'authenticate'>;
  readonly notices: Pick<Notices, 'subscribe'>;
  readonly clock: () => Date;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
  readonly limits?: Partial<LiveLimits> | undefined;
}

export interface LiveLimits {
  /** Connections of this process, and of one user among them. */
  readonly connections: number;
  readonly ofOneUser: number;
}

export const LIVE_LIMITS: LiveLimits = { connections: 2_000, ofOneUser: 100 };
/** Repairs what a missed notice left behind. */
const RECHECK_MS = 5 * 60_000;
const RETRY_MS = 1_000;

export function createLiveAccess(deps: LiveAccessDeps): LiveAccess {
  const { sessions, clock, after, log } = deps;
  const limits = { ...LIVE_LIMITS, ...deps.limits };
  const connections = new Set<Connection>();
  /** Counts what may have changed logins, so that nothing slips in while one is looked up. */
  let changes = 0;
  let isClosed = false;

  const listener = deps.notices.subscribe({
    onNotice: ({ noun, id }) => {
      if (noun === 'user') doubtAll((one) => one.actor.id === id);
    },
    // Notices may have been missed.
    onConnected: () => doubtAll(() => true),
  });

  function doubtAll(concerns: (one: Connection) => boolean): void {
    changes += 1;
    for (const one of connections) if (concerns(one)) one.doubt();
  }

  interface Connection extends LiveConnection {
    doubt(): void;
  }

  function connect(actor: UserActor, token: string): Connection {
    const ending = new AbortController();
    let checking: Promise<void> | null = null;
    let again = false;
    let cancelTimer: () => void = () => undefined;

    function doubt(): void {
      again = true;
      checking ??= check().finally(() => (checking = null));
    }

    async function check(): Promise<void> {
      while (again && !ending.signal.aborted) {
        again = false;
        try {
          const now = await sessions.authenticate(token, { address: actor.address });
          if (now === null) end(loggedOut());
          // The client connects again and gets what it may have now.
          else if (rightsOf(now) !== rightsOf(actor)) end(changed());
        } catch (error) {
          // Nothing is given out until it is known.
          log.warn({ err: error, userId: actor.id }, 'live: a login cannot be looked at again; trying on');
          again = true;
          await new Promise<void>((resolve) => after(RETRY_MS, resolve));
        }
      }
    }

    function watchTheClock(): void {
      const left = actor.expiresAt === undefined ? Infinity : actor.expiresAt.getTime() - clock().getTime();
      if (left <= 0) return end(loggedOut());
      cancelTimer = after(Math.min(left, RECHECK_MS), () => {
        if (left > RECHECK_MS) doubt();
        watchTheClock();
      });
    }

    function end(reason: AppError): void {
      close();
      ending.abort(reason);
    }

    function close(): void {
      cancelTimer();
      connections.delete(connection);
    }

    const connection: Connection = {
      actor,
      signal: ending.signal,
      settled: () => checking,
      end,
      close,
      doubt,
    };
    connections.add(connection);
    watchTheClock();
    return connection;
  }

  function countOf(userId: string): number {
    let count = 0;
    for (const { actor } of connections) if (actor.id === userId) count += 1;
    return count;
  }

  return {
    get connections() {
      return connections.size;
    },
    async open(token, address) {
      const before = changes;
      const actor = await sessions.authenticate(token, { address });
      if (isClosed) throw leaving();
      if (actor === null) throw loggedOut();
      if (connections.size >= limits.connections || countOf(actor.id) >= limits.ofOneUser)
        throw tooMany(limits);
      const connection = connect(actor, token);
      if (changes !== before) connection.doubt();
      return connection;
    },
    close() {
      isClosed = true;
      void listener.stop();
      for (const one of connections) one.end(leaving());
    },
  };
}

function loggedOut(): AppError {
  return new AppError(
    'unauthenticated',
    'The login is not valid, or not any more. Sign in, and connect again.',
  );
}

function changed(): AppError {
  return new AppError('forbidden', 'What this login may do has changed. Connect again.');
}

function leaving(): AppError {
  return new AppError('draining', 'This process is leaving. Connect again.');
}

function tooMany({ connections, ofOneUser }: LiveLimits): AppError {
  return new AppError(
    'too_many_attempts',
    `There are too many connections: ${ofOneUser} of one user and ${connections} of one process are allowed.`,
  );
}
