import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log.ts';

/** How PostgreSQL ends a transaction only because of what others do at the same time (its manual, appendix A). */
const PASSING: Readonly<Record<string, string>> = {
  '40P01': 'deadlock',
  40001: 'serialization failure',
  '55P03': 'lock timeout',
};

/** With the pauses between them some four to eight seconds. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;

export interface RepeatDeps {
  readonly log: Logger;
  /** From 0 up to 1; two processes that got in each other's way must not do so again. */
  readonly random?: () => number;
  /** Resolves after `ms`. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Runs a transaction, and again from its beginning after a pause where PostgreSQL has ended it for the sake of another
 * one; `run` must have rolled it back. Rejects with the last error when it was so six times, and at once with any other.
 */
export async function repeatTransaction<Result>(
  run: () => Promise<Result>,
  { log, random = Math.random, pause = delay }: RepeatDeps,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const reason = passingReason(error);
      if (reason === null || attempt === ATTEMPTS) throw error;
      const retryInMs = Math.round(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random() / 2));
      log.warn(
        { err: error, reason, attempt, retryInMs },
        'database: another transaction was in the way; trying again',
      );
      await pause(retryInMs);
    }
  }
}

/** Of the error itself or of what it was made from; null = it would only happen again. */
function passingReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  return PASSING[code] ?? passingReason(error.cause);
}
