import type { Actor } from '../identity/actor.ts';

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
