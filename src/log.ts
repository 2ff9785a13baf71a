import { pino, type Logger } from 'pino';

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

/** Structured JSON lines on stdout; secrets are redacted by name. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  });
}

export type { Logger } from 'pino';
