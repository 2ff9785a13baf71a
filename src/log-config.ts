import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './log.ts';

/** Files beside stdout; null in `LogConfig` members = never set. */
export interface FileLogging {
  readonly enabled: boolean;
  /** Absolute, or below the data directory. */
  readonly directory: string;
  /** A file that has grown so large is followed by the next; MiB. */
  readonly maxSizeMb: number;
  /** Files kept of each kind and process, the current one included. */
  readonly maxFiles: number;
  /** Prompts and answers in clear, of requests that prompt logging has caught. */
  readonly includePrompts: boolean;
}

/** The setting `log`: what is logged, where to and for how long. */
export interface LogConfig {
  /** Null = nobody has set it, so every process has the level of its LOG_LEVEL. */
  readonly level: LogLevel | null;
  readonly fileLogging: FileLogging;
  /** Store prompt and answer of each request, encrypted. */
  readonly promptLogging: boolean;
  readonly promptRetentionHours: number;
  readonly logRetentionDays: number;
}

export const LOG_CONFIG_KEY = 'log';

export const LOG_DEFAULTS: LogConfig = {
  level: null,
  fileLogging: { enabled: false, directory: 'logs', maxSizeMb: 100, maxFiles: 10, includePrompts: false },
  promptLogging: false,
  promptRetentionHours: 24,
  logRetentionDays: 90,
};

/**
 * Where files may go: absolute or below the data directory, and nothing that the rotation cannot take in a name.
 */
export const logDirectory = z
  .string()
  .min(1)
  .max(1_024)
  .refine((path) => !path.split('/').includes('..'), 'must be absolute, or below the data directory; no ".."')
  .refine(
    // Control characters among them: they would spoil the name.
    // oxlint-disable-next-line no-control-regex
    (path) => !/[\u0000-\u001f<>"|?*:\\]/.test(path),
    'must not hold control characters or any of < > " | ? * : \\',
  );

export const MAX_FILE_MB = 10_240;
export const MAX_FILES = 1_000;

const files = LOG_DEFAULTS.fileLogging;
/** Each member by itself: one that was spoilt by hand reads as its default. */
const stored = z.object({
  level: z.enum(LOG_LEVELS).nullable().catch(LOG_DEFAULTS.level),
  fileLogging: z
    .object({
      enabled: z.boolean().catch(files.enabled),
      directory: logDirectory.catch(files.directory),
      maxSizeMb: z.int().min(1).max(MAX_FILE_MB).catch(files.maxSizeMb),
      maxFiles: z.int().min(2).max(MAX_FILES).catch(files.maxFiles),
      includePrompts: z.boolean().catch(files.includePrompts),
    })
    .catch(files),
  promptLogging: z.boolean().catch(LOG_DEFAULTS.promptLogging),
  promptRetentionHours: z.int().min(1).catch(LOG_DEFAULTS.promptRetentionHours),
  logRetentionDays: z.int().min(1).catch(LOG_DEFAULTS.logRetentionDays),
});

/** The setting as it is stored, or what stands in its place. Never throws. */
export function readLogConfig(value: unknown): LogConfig {
  return stored.safeParse(value ?? {}).data ?? LOG_DEFAULTS;
}
