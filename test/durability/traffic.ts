import type { Seen } from './application.ts';

/** Requests that keep coming until they are stopped. */
export interface Traffic {
  /** Every answer so far, complete or not, in the order in which they ended. */
  readonly seen: readonly Seen[];
  readonly running: number;
  /** Lets what runs finish and resolves when it has. */
  stop(): Promise<void>;
}

/**
 * `lanes` clients, each of which asks again as soon as it has its answer (closed loop). A lane whose connection
 * is refused or broken before an answer begins has nobody to talk to, and ends.
 */
export function driveLanes(lanes: number, ask: (lane: number, turn: number) => Promise<Seen>): Traffic {
  const seen: Seen[] = [];
  let stopped = false;
  let running = 0;
  const all = Array.from({ length: lanes }, async (_, lane) => {
    for (let turn = 0; !stopped; turn += 1) {
      running += 1;
      const answer = await ask(lane, turn);
      running -= 1;
      seen.push(answer);
      if (answer.status === null) return;
    }
  });
  return {
    seen,
    get running() {
      return running;
    },
    async stop() {
      stopped = true;
      await Promise.all(all);
    },
  };
}

/** `perSecond` requests a second, whatever comes back (open loop): a server that stands still shows in every one. */
export function driveAtRate(perSecond: number, ask: (turn: number) => Promise<Seen>): Traffic {
  const seen: Seen[] = [];
  const waiting = new Set<Promise<void>>();
  const startedAt = performance.now();
  let turn = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedAt) / 1000) * perSecond; turn < due; turn += 1) {
      const one = ask(turn).then((answer) => {
        seen.push(answer);
        waiting.delete(one);
      });
      waiting.add(one);
    }
  }, 5);
  return {
    seen,
    get running() {
      return waiting.size;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(waiting);
    },
  };
}

/** The `share` of the times that are not longer than this, in ms; 0 = there are none. */
export function quantileMs(seen: readonly Seen[], share: number): number {
  const times = seen.map((answer) => answer.ms).toSorted((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}
