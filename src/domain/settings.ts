import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { validate } from './validate.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogSettings {
  readonly level: LogLevel;
  /** Store prompt and answer of each request, encrypted. */
  readonly promptLogging: boolean;
  readonly promptRetentionHours: number;
  readonly logRetentionDays: number;
}

/** What is missing or null stays as it is. */
export type LogSettingsInput = { readonly [K in keyof LogSettings]?: LogSettings[K] | null | undefined };

export interface Settings {
  log(actor: Actor): Promise<LogSettings>;
  updateLog(actor: Actor, input: LogSettingsInput): Promise<LogSettings>;
}

const KEY = 'log';
const DEFAULTS: LogSettings = {
  level: 'info',
  promptLogging: false,
  promptRetentionHours: 24,
  logRetentionDays: 90,
};

const logInput = z.strictObject({
  level: z.enum(LOG_LEVELS).nullish(),
  promptLogging: z.boolean().nullish(),
  promptRetentionHours: z.int().min(1).max(8760).nullish(),
  logRetentionDays: z.int().min(1).max(3650).nullish(),
});
/** Each member by itself: one that was spoilt by hand reads as its default. */
const storedLog = z.object({
  level: z.enum(LOG_LEVELS).catch(DEFAULTS.level),
  promptLogging: z.boolean().catch(DEFAULTS.promptLogging),
  promptRetentionHours: z.int().min(1).catch(DEFAULTS.promptRetentionHours),
  logRetentionDays: z.int().min(1).catch(DEFAULTS.logRetentionDays),
});

export function createSettings({ db }: { readonly db: PrismaClient }): Settings {
  return {
    async log(actor) {
      authorize(actor, 'settings.read');
      return await readLog(db);
    },
    async updateLog(actor, input) {
      authorize(actor, 'settings.write');
      const given = validate(logInput, input);
      return await change(db, async (tx) => {
        // Two admins at once: the second one's "as it was" is what the first one made it.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('setting log', 0))`;
        const before = await readLog(tx);
        const after: LogSettings = {
          level: given.level ?? before.level,
          promptLogging: given.promptLogging ?? before.promptLogging,
          promptRetentionHours: given.promptRetentionHours ?? before.promptRetentionHours,
          logRetentionDays: given.logRetentionDays ?? before.logRetentionDays,
        };
        const value = { ...after };
        await tx.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
        await record(tx, actor, 'settings.update', { type: 'setting', id: KEY }, { ...before }, value);
        await notify(tx, 'setting', KEY);
        return after;
      });
    },
  };
}

async function readLog(db: Pick<Tx, 'setting'>): Promise<LogSettings> {
  const row = await db.setting.findUnique({ where: { key: KEY } });
  return storedLog.safeParse(row?.value ?? {}).data ?? DEFAULTS;
}
