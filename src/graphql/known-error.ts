import { AppError, toAppError } from '../errors.ts';

/** Prisma's words (`meta.driverAdapterError.cause.kind`) for a database that is away, not for a query that is wrong. */
const AWAY = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];
const RETRY_AFTER_MS = 5_000;

/** An error as the doors may show it: an AppError as it is, a database that is away as `unavailable`, else `internal`. */
export function knownError(error: unknown): AppError {
  if (error instanceof AppError || !isDatabaseAway(error)) return toAppError(error);
  const message = 'The database cannot be reached right now. Try again in a moment.';
  return new AppError('unavailable', message, { cause: error, retryAfterMs: RETRY_AFTER_MS });
}

function isDatabaseAway(error: unknown): boolean {
  const kind = member(member(member(member(error, 'meta'), 'driverAdapterError'), 'cause'), 'kind');
  return typeof kind === 'string' && AWAY.includes(kind);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
