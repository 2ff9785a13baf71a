import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { LOG_LEVELS, type LogLevel } from '../log.ts';
import {
  LOG_CONFIG_KEY,
  logDirectory,
  MAX_FILE_MB,
  MAX_FILES,
  readLogConfig,
  type FileLogging,
  type LogConfig,
} from '../log-config.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { validate } from './validate.ts';

/** The setting `log` as people see it. */
export interface LogSettings extends Omit<LogConfig, 'level'> {
  /** As long as nobody has set one: the LOG_LEVEL of the process that answers. */
  readonly level: LogLevel;
}

/** What is missing or null stays as it is. */
type Changes<Value> = { readonly [K in keyof Value]?: Value[K] | null | undefined };
export interface LogSettingsInput extends Changes<Omit<LogSettings, 'fileLogging'>> {
  readonly fileLogging?: Changes<FileLogging> | null | undefined;
}

export interface Settings {
  log(actor: Actor): Promise<LogSettings>;
  updateLog(actor: Actor, input: LogSettingsInput): Promise<LogSettings>;
}

export interface SettingsDeps {
  readonly db: PrismaClient;
  readonly ownProcess: {
    /** LOG_LEVEL. */
    readonly startLevel: LogLevel;
  };
}

const logInput = z.strictObject({
  level: z.enum(LOG_LEVELS).nullish(),
  fileLogging: z
    .strictObject({
      enabled: z.boolean().nullish(),
      directory: logDirectory.nullish(),
      maxSizeMb: z.int().min(1).max(MAX_FILE_MB).nullish(),
      maxFiles: z.int().min(2).max(MAX_FILES).nullish(),
      includePrompts: z.boolean().nullish(),
    })
    .nullish(),
  promptLogging: z.boolean().nullish(),
  promptRetentionHours: z.int().min(1).max(8760).nullish(),
  logRetentionDays: z.int().min(1).max(3650).nullish(),
});

export function createSettings({ db, ownProcess }: SettingsDeps): Settings {
  const shown = (config: LogConfig): LogSettings => ({
    ...config,
    level: config.level ?? ownProcess.startLevel,
  });
  return {
    async log(actor) {
      authorize(actor, 'settings.read');
      return shown(await readLog(db));
    },
    async updateLog(actor, input) {
      authorize(actor, 'settings.write');
      const given = validate(logInput, input);
      return await change(db, async (tx) => {
        // Two admins at once: the second one's "as it was" is what the first one made it.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('setting log', 0))`;
        const before = await readLog(tx);
        const after = merged(before, given);
        const value = { ...after, fileLogging: { ...after.fileLogging } };
        const key = LOG_CONFIG_KEY;
        await tx.setting.upsert({ where: { key }, create: { key, value }, update: { value } });
        await record(tx, actor, 'settings.update', { type: 'setting', id: key }, { ...before }, value);
        await notify(tx, 'setting', key);
        return shown(after);
      });
    },
  };
}

function merged(before: LogConfig, given: z.output<typeof logInput>): LogConfig {
  const files = given.fileLogging;
  return {
    level: given.level ?? before.level,
    fileLogging: {
      enabled: files?.enabled ?? before.fileLogging.enabled,
      directory: files?.directory ?? before.fileLogging.directory,
      maxSizeMb: files?.maxSizeMb ?? before.fileLogging.maxSizeMb,
      maxFiles: files?.maxFiles ?? before.fileLogging.maxFiles,
      includePrompts: files?.includePrompts ?? before.fileLogging.includePrompts,
    },
    promptLogging: given.promptLogging ?? before.promptLogging,
    promptRetentionHours: given.promptRetentionHours ?? before.promptRetentionHours,
    logRetentionDays: given.logRetentionDays ?? before.logRetentionDays,
  };
}

async function readLog(db: Pick<Tx, 'setting'>): Promise<LogConfig> {
  const row = await db.setting.findUnique({ where: { key: LOG_CONFIG_KEY } });
  return readLogConfig(row?.value);
}
