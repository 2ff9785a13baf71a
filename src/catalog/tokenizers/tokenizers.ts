import { Worker } from 'node:worker_threads';
import type { EncodingName } from './encodings.ts';

export interface CountRequest {
  readonly id: number;
  readonly encoding: EncodingName;
  readonly texts: readonly string[];
}

export interface CountReply {
  readonly id: number;
  readonly count: number;
}

export interface Tokenizers {
  /** Tokens of all texts together, each by itself. Null = too many ask at once: an estimate will have to do. */
  count(encoding: EncodingName, texts: readonly string[]): Promise<number | null>;
  close(): Promise<void>;
}

export interface TokenizersDeps {
  /** Runs `run` once after `ms`; the answer cancels it. Does not keep the process alive. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** The tables of one encoding take some 30 MB: they are gone when nobody has asked for this long. */
const IDLE_MS = 60_000;
const MOST_WAITING = 32;

interface Waiting {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Exact counts, in a thread that starts with the first question: neither the tables nor a long text's 100 ms are the
 * gateway's. A thread that dies fails those who wait for it; the next question starts another.
 */
export function createTokenizers({ after }: TokenizersDeps): Tokenizers {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let cancelRest = (): void => undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(new URL('./count-worker.ts', import.meta.url), { stdin: false });
    started.unref();
    started.on('message', ({ id, count }: CountReply) => {
      waiting.get(id)?.resolve(count);
      waiting.delete(id);
      if (waiting.size > 0) return;
      started.unref();
      cancelRest = after(IDLE_MS, () => void stop());
    });
    started.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    started.on('exit', () => {
      // One that was sent to rest goes after the next has begun: who waits then waits for that one.
      if (worker !== started && worker !== null) return;
      worker = null;
      fail(new Error('the tokenizer has stopped'));
    });
    return started;
  }

  function fail(error: Error): void {
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  }

  async function stop(): Promise<void> {
    cancelRest();
    const stopped = worker;
    worker = null;
    await stopped?.terminate();
  }

  return {
    count(encoding, texts) {
      if (waiting.size >= MOST_WAITING) return Promise.resolve(null);
      cancelRest();
      worker ??= start();
      worker.ref();
      lastId += 1;
      const request: CountRequest = { id: lastId, encoding, texts };
      const counted = new Promise<number>((resolve, reject) => waiting.set(request.id, { resolve, reject }));
      worker.postMessage(request);
      return counted;
    },
    close: stop,
  };
}
