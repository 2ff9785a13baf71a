import { resolve } from 'node:path';
import { z } from 'zod';
import {
  boolean,
  httpOrigin,
  httpOrigins,
  keyList,
  oneOf,
  proxies,
  secret,
  setting,
  url,
  wholeNumber,
} from './start/env-rules.ts';
import type { TrustProxy } from './identity/client-address.ts';
import { ENCRYPTION_KEY_FILE, JWT_SECRET_FILE, readOrMakeSecret } from './start/secrets.ts';

const CHECKOUT = resolve(import.meta.dirname, '..');

/** Every variable, its rule and its default. An empty one counts as absent. */
const schema = z.object({
  NODE_ENV: setting(oneOf('development', 'production', 'test'), 'development'),
  PORT: setting(wholeNumber(0, 65_535, 3000), 3000),
  HOST: setting(
    z
      .string()
      .regex(/^[\w.:-]+$/, 'must be a host name or an address without scheme or port, for example 0.0.0.0'),
    '127.0.0.1',
  ),
  DATABASE_URL: setting(
    url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database'),
    null,
  ),
  PRISM_DATA_DIR: setting(
    z.string().transform((path) => resolve(path)),
    resolve(CHECKOUT, '.data'),
  ),
  JWT_SECRET: setting(secret(), null),
  ENCRYPTION_KEY: setting(keyList(), null),
  REDIS_URL: setting(url(['redis:', 'rediss:'], 'redis://host:6379'), null),
  PRISM_ROLE: setting(oneOf('full', 'control', 'worker'), 'full'),
  METRICS_TOKEN: setting(z.string().regex(/^[!-~]+$/, 'must be printable ASCII without spaces'), null),
  PUBLIC_URL: setting(httpOrigin(), null),
  TRUST_PROXY: setting(proxies(), 0),
  CORS_ORIGINS: setting(httpOrigins(), []),
  LOG_LEVEL: setting(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info'),
  OFFLINE: setting(boolean(), false),
  PRISM_DRAIN_SECONDS: setting(wholeNumber(0, 3_600, 30), 30),
  PRISM_JOURNAL_FSYNC: setting(boolean(), false),
});

/** Variables whose value is never repeated. */
const SECRET: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'JWT_SECRET',
  'ENCRYPTION_KEY',
  'REDIS_URL',
  'METRICS_TOKEN',
]);

/** The environment as the program knows it; frozen. Null = not set, and not needed. */
export interface Env {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Null = the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Absolute. Secrets, journal and embedded database lie here. */
  readonly dataDir: string;
  readonly jwtSecret: string;
  /** The first encrypts, all of them decrypt. */
  readonly encryptionKeys: readonly string[];
  readonly redisUrl: string | null;
  readonly role: 'full' | 'control' | 'worker';
  readonly metricsToken: string | null;
  /** Where users reach us, without a trailing slash, for addresses to be copied; null = as each of them wrote it. */
  readonly publicUrl: string | null;
  /** Whose X-Forwarded-For is believed: so many hops in front of us, or these addresses and networks; 0 = nobody's. */
  readonly trustProxy: TrustProxy;
  readonly corsOrigins: readonly string[];
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly offline: boolean;
  readonly drainSeconds: number;
  /** True = every journal write waits for the disk, so that a power loss loses nothing either. */
  readonly journalFsync: boolean;
}

/** The environment with its secrets still as they were given; null = to be read from the data directory. */
export type EnvValues = Omit<Env, 'jwtSecret' | 'encryptionKeys'> & {
  readonly jwtSecret: string | null;
  readonly encryptionKeys: readonly string[] | null;
};

export interface EnvProblem {
  readonly variable: string;
  /** What is wrong and what would be right. Never holds a secret's value. */
  readonly message: string;
}

/** Everything that is wrong with the environment, one line a variable. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
  readonly problems: readonly EnvProblem[];

  constructor(problems: readonly EnvProblem[]) {
    const lines = problems.map(({ variable, message }) => `  ${variable} ${message}`);
    super(`The environment is not valid:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * The environment, checked, with missing secrets read from or generated into the data directory.
 * @throws EnvError with every problem at once.
 */
export function loadEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const values = parseEnv(source);
  try {
    return Object.freeze({
      ...values,
      jwtSecret: values.jwtSecret ?? readOrMakeSecret(values.dataDir, JWT_SECRET_FILE),
      encryptionKeys: Object.freeze(
        values.encryptionKeys ?? readOrMakeSecret(values.dataDir, ENCRYPTION_KEY_FILE).split(','),
      ),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `must be a directory where this user may write (${reason})`;
    throw new EnvError([{ variable: 'PRISM_DATA_DIR', message }]);
  }
}

/** The same without touching a file. @throws EnvError */
export function parseEnv(source: Readonly<Record<string, string | undefined>> = process.env): EnvValues {
  const given = pickSet(source);
  const result = schema.safeParse(given);
  const problems = [...(result.error ? problemsOf(result.error, given) : []), ...missingSecrets(source)];
  if (!result.success || problems.length > 0) throw new EnvError(problems);
  const values = result.data;
  return Object.freeze({
    production: values.NODE_ENV === 'production',
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    dataDir: values.PRISM_DATA_DIR,
    jwtSecret: values.JWT_SECRET,
    encryptionKeys: values.ENCRYPTION_KEY,
    redisUrl: values.REDIS_URL,
    role: values.PRISM_ROLE,
    metricsToken: values.METRICS_TOKEN,
    publicUrl: values.PUBLIC_URL,
    trustProxy: Object.freeze(values.TRUST_PROXY),
    corsOrigins: Object.freeze(values.CORS_ORIGINS),
    logLevel: values.LOG_LEVEL,
    offline: values.OFFLINE,
    drainSeconds: values.PRISM_DRAIN_SECONDS,
    journalFsync: values.PRISM_JOURNAL_FSYNC,
  });
}

/** Compose files and shells pass an empty string for what is not set. */
function pickSet(source: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.keys(schema.shape).map((name) => [name, source[name]?.trim()] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** The value is repeated, but for those that may hold a secret. */
function problemsOf(error: z.ZodError, given: Readonly<Record<string, string>>): EnvProblem[] {
  return error.issues.map((issue) => {
    const variable = String(issue.path[0]);
    const value = SECRET.has(variable) ? '' : `is ${JSON.stringify(given[variable])}; `;
    return { variable, message: value + issue.message };
  });
}

/** With a database of its own, production may run on many machines, and a generated secret is known to one. */
function missingSecrets(source: Readonly<Record<string, string | undefined>>): EnvProblem[] {
  const { NODE_ENV, DATABASE_URL, ...set } = pickSet(source);
  if (NODE_ENV !== 'production' || !DATABASE_URL) return [];
  return ['JWT_SECRET', 'ENCRYPTION_KEY']
    .filter((variable) => !set[variable])
    .map((variable) => ({
      variable,
      message:
        'is required when NODE_ENV=production and DATABASE_URL is set, for example from: openssl rand -base64 32',
    }));
}
