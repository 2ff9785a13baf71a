import { destination, pino, stdSerializers, stdTimeFunctions, type Logger } from 'pino';

/** How severe a line must be to be logged, least severe first; `silent` logs nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Members whose value never reaches a log line, at the top and one or two levels down. */
const SECRETS = [
  'authorization',
  'apiKey',
  'password',
  'passwordHash',
  'token',
  'credentials',
  'secretAccessKey',
  'accessKeyId',
  'bindPassword',
  'cookie',
];

/** The process's log with what may be changed of it while it runs. */
export interface Log {
  readonly logger: Logger;
  /** In force at once, for the logger and for all children that were made of it. */
  setLevel(level: LogLevel): void;
  /** `write` gets every further line that stdout gets, with its line break; null = nobody does any more. */
  copyTo(write: ((line: string) => void) | null): void;
}

/** Structured JSON lines on stdout; secrets are redacted by name, errors cut down to what explains them. */
export function openLog(level: LogLevel): Log {
  const stdout = destination({ fd: process.stdout.fd, sync: true });
  const children = createWeakSet<Logger>();
  let copy: ((line: string) => void) | null = null;
  const both = {
    write(line: string) {
      stdout.write(line);
      copy?.(line);
    },
    flushSync: () => stdout.flushSync(),
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { err: serializeError },
      // A child has a level of its own, taken from its parent when it was made.
      onChild: (child) => children.add(child),
    },
    both,
  );
  return {
    logger,
    setLevel(next) {
      logger.level = next;
      for (const child of children) child.level = next;
    },
    copyTo(write) {
      copy = write;
    },
  };
}

/** A log that stays as it is. */
export function createLog(level: LogLevel): Logger {
  return openLog(level).logger;
}

/** Keeps nothing alive: children come and go with what they were made for. */
function createWeakSet<Item extends object>(): Iterable<Item> & { add(item: Item): void } {
  const refs = new Set<WeakRef<Item>>();
  const gone = new FinalizationRegistry<WeakRef<Item>>((ref) => refs.delete(ref));
  return {
    add(item) {
      const ref = new WeakRef(item);
      refs.add(ref);
      gone.register(item, ref);
    },
    *[Symbol.iterator]() {
      for (const ref of refs) {
        const item = ref.deref();
        if (item !== undefined) yield item;
      }
    },
  };
}

/** Drivers hang whole connections on their errors: only what tells something is kept. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
}

export type { Logger } from 'pino';
