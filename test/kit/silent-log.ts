import { pino } from 'pino';
import type { Logger } from '../../src/log.ts';

/** A log that nobody reads. */
export function createSilentLog(): Logger {
  return pino({ level: 'silent' });
}
