import { createApplication, type Application, type Seen } from '../durability/application.ts';
import { createRandom, pick, type Asker } from './mix.ts';
import type { Stage } from './stage.ts';

/** An answer, and what kind of request it was for. */
export interface SoakSeen extends Seen {
  readonly kind: string;
}

export interface Load {
  readonly seen: readonly SoakSeen[];
  /** Lets what runs finish. */
  stop(): Promise<void>;
}

/** Between an answer and the same client's next request, at most. */
const LONGEST_REST_MS = 300;

/** `clients` that ask for something at random, read the answer, rest and ask again. */
export function startLoad(stage: Stage, clients: number): Load {
  const { origin } = stage.product;
  const applications: Record<Asker, Application> = {
    acme: createApplication({ origin, ...stage.acme }),
    tight: createApplication({ origin, ...stage.tight }),
    stranger: createApplication({ origin, slug: 'acme', apiKey: `omp-${'0'.repeat(64)}` }),
  };
  const seen: SoakSeen[] = [];
  let stopped = false;
  const all = Array.from({ length: clients }, async (_, client) => {
    const random = createRandom(client + 1);
    while (!stopped) {
      const { name, asker, leavesWithinMs, make } = pick(random);
      const leave = new AbortController();
      const timer =
        leavesWithinMs === null ? null : setTimeout(() => leave.abort(), random() * leavesWithinMs);
      const answer = await applications[asker].ask({ ...make(random), signal: leave.signal });
      if (timer !== null) clearTimeout(timer);
      seen.push({ ...answer, kind: name });
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_REST_MS));
    }
  });
  return {
    seen,
    async stop() {
      stopped = true;
      await Promise.all(all);
      for (const application of Object.values(applications)) application.close();
    },
  };
}
