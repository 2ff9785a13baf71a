import { AppError, toAppError } from '../errors.ts';

/** Prisma's words (`meta.driverAdapterError.cause.kind`) for a database that is away, not for a query that is wrong. */
const AWAY = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];
/** SQLSTATEs with which a server says that it is going, gone or not there yet (class 57), or that the line is bad (08). */
const AWAY_STATE = /^(?:57P0[1-3]|08)/;
/** A connection that breaks or hangs: pg throws plain errors then, and its words are all there is to know them by. */
const AWAY_WORDS =
  /^(?:Connection terminated|timeout e|Query read timeout|Client (?:has encountered a connection error|was closed))/;
/** Prisma's, for a transaction that waits in vain for its connection. */
const NO_TRANSACTION = 'P2028';
const RETRY_AFTER_MS = 5_000;

/** An error as the doors may show it: an AppError as it is, a database that is away as `unavailable`, else `internal`. */
export function knownError(error: unknown): AppError {
  if (error instanceof AppError || !isDatabaseAway(error)) return toAppError(error);
  const message = 'The database cannot be reached right now. Try again in a moment.';
  return new AppError('unavailable', message, { cause: error, retryAfterMs: RETRY_AFTER_MS });
}

function isDatabaseAway(error: unknown): boolean {
  const cause = member(member(member(error, 'meta'), 'driverAdapterError'), 'cause');
  const kind = member(cause, 'kind');
  const state = member(cause, 'originalCode');
  return (
    (typeof kind === 'string' && AWAY.includes(kind)) ||
    (typeof state === 'string' && AWAY_STATE.test(state)) ||
    (error instanceof Error && AWAY_WORDS.test(error.message)) ||
    member(error, 'code') === NO_TRANSACTION
  );
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
