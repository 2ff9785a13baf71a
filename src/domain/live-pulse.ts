import type { Logger } from '../log.ts';

/**
 * A value that is read again and again, for as long as somebody wants it, and once for all of them. Whoever takes it
 * slowly skips values: only the newest is kept.
 */
export interface LivePulse<Value> {
  /** The value now, and whenever it has been read again. Ends at the abort. */
  follow(signal: AbortSignal): AsyncGenerator<Value, void, undefined>;
  readonly followers: number;
}

export interface LivePulseDeps<Value> {
  readonly read: () => Promise<Value>;
  readonly everyMs: number;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
}

interface Follower<Value> {
  newest: { readonly value: Value } | null;
  wake(): void;
}

export function createLivePulse<Value>(deps: LivePulseDeps<Value>): LivePulse<Value> {
  const { read, everyMs, after, log } = deps;
  const followers = new Set<Follower<Value>>();
  let reading = false;
  let last: { readonly value: Value } | null = null;
  let cancel: (() => void) | null = null;
  let failed = false;

  /** One at a time; whoever comes while it is read gets this one. */
  function readNow(): void {
    cancel = null;
    if (reading) return;
    reading = true;
    void readOnce().finally(() => {
      reading = false;
      if (followers.size > 0) cancel = after(everyMs, readNow);
    });
  }

  async function readOnce(): Promise<void> {
    try {
      last = { value: await read() };
      for (const follower of followers) {
        follower.newest = last;
        follower.wake();
      }
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'live: the system cannot be read; subscribers wait');
      failed = true;
    }
  }

  return {
    get followers() {
      return followers.size;
    },
    async *follow(signal) {
      // While the next reading is waited for, the last one is new enough.
      const follower: Follower<Value> = { newest: cancel === null ? null : last, wake: () => undefined };
      const stop = () => follower.wake();
      followers.add(follower);
      signal.addEventListener('abort', stop);
      try {
        if (cancel === null) readNow();
        while (!signal.aborted) {
          const { newest } = follower;
          follower.newest = null;
          if (newest !== null) yield newest.value;
          else await new Promise<void>((resolve) => (follower.wake = resolve));
        }
      } finally {
        signal.removeEventListener('abort', stop);
        followers.delete(follower);
        if (followers.size === 0) {
          cancel?.();
          cancel = null;
        }
      }
    },
  };
}
