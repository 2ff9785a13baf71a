import type { ServedModel } from './view.ts';

/** How long a learned window counts here while the snapshot still says otherwise. */
const KEEP_MS = 300_000;
/** More models than this do not overflow within five minutes; the oldest gives way. */
const MAX_ENTRIES = 10_000;

/**
 * Context windows that providers' overflow errors have told this process, for the seconds until the journal has
 * carried them to the database and the snapshot brings them back to all processes.
 */
export interface LearnedWindows {
  learn(served: ServedModel, contextWindow: number): void;
  /** The window to reckon with, in tokens; null = not known. */
  windowOf(served: ServedModel): number | null;
}

interface Learned {
  readonly contextWindow: number;
  /** What the snapshot said when it was learned: once it says something else, it is the one that knows. */
  readonly instead: number | null;
  readonly at: number;
}

/**
 * An entry ends when the snapshot's figure changes (the learned one has arrived, or someone has set one by hand) or
 * after five minutes: a window set by hand stands above the learned one, so that one never arrives. `clock` in ms.
 */
export function createLearnedWindows(deps: { readonly clock: () => number }): LearnedWindows {
  const learned = new Map<string, Learned>();
  return {
    learn(served, contextWindow) {
      if (!Number.isSafeInteger(contextWindow) || contextWindow <= 0) return;
      const key = keyOf(served);
      learned.delete(key);
      learned.set(key, { contextWindow, instead: served.model.contextWindow, at: deps.clock() });
      const oldest = learned.size > MAX_ENTRIES ? learned.keys().next().value : undefined;
      if (oldest !== undefined) learned.delete(oldest);
    },
    windowOf(served) {
      const known = served.model.contextWindow;
      if (learned.size === 0) return known;
      const key = keyOf(served);
      const entry = learned.get(key);
      if (entry === undefined) return known;
      if (entry.instead === known && deps.clock() - entry.at < KEEP_MS) return entry.contextWindow;
      learned.delete(key);
      return known;
    },
  };
}

/** Ids of providers are UUIDs, so the first space ends one. */
function keyOf(served: ServedModel): string {
  return `${served.provider.id} ${served.model.id}`;
}
