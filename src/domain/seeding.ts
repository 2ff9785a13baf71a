import type { SystemActor } from '../identity/actor.ts';
import type { Logger } from '../log.ts';

export interface SeedingDeps {
  /** What ships with the product and belongs into every database; each seeds what was never there, once. */
  readonly seeds: readonly { seed(actor: SystemActor): Promise<readonly string[]> }[];
  readonly log: Logger;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

export interface Seeding {
  /** Resolves after the first attempt, however it ended; while it fails, it is tried again until it works. */
  start(): Promise<void>;
  stop(): void;
}

const ACTOR: SystemActor = { kind: 'system', name: 'seed' };
const RETRY_MS = 5_000;

/** Fills the database with what it must hold. Never throws: a database that is away must not keep us from starting. */
export function createSeeding({ seeds, log, after }: SeedingDeps): Seeding {
  let cancel = (): void => undefined;
  let stopped = false;

  async function attempt(): Promise<void> {
    try {
      for (const one of seeds) {
        const added = await one.seed(ACTOR);
        if (added.length > 0)
          log.info({ added: added.length }, 'database: added what ships with the product');
      }
    } catch (error) {
      if (stopped) return;
      log.warn({ err: error, retryInMs: RETRY_MS }, 'database: defaults could not be added yet');
      cancel = after(RETRY_MS, () => void attempt());
    }
  }

  return {
    start: attempt,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
