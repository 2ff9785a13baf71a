import { pino, stdSerializers, type Logger } from 'pino';

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

/** Structured JSON lines on stdout; secrets are redacted by name, errors cut down to what explains them. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: serializeError },
  });
}

/** Drivers hang whole connections on their errors: only what tells something is kept. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
}

export type { Logger } from 'pino';
