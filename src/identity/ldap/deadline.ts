import { DirectoryFailure, explainDirectory } from './failure.ts';

/** A signal whose reason says to admins that the time was up. */
export function deadline(timeout: AbortSignal, ms: number): AbortSignal {
  const end = new AbortController();
  const failure = new DirectoryFailure(
    'failed',
    `The directory did not answer within ${ms} ms.`,
    'Check host, port and any firewall in between, or give it more time (timeoutMs).',
  );
  timeout.addEventListener('abort', () => end.abort(failure), { once: true });
  return end.signal;
}

/** What `work` becomes, or the reason of the signal, whichever comes first. */
export function unless<T>(end: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(reasonOf(end));
    if (end.aborted) stop();
    end.addEventListener('abort', stop);
    void work.then(resolve, reject).finally(() => end.removeEventListener('abort', stop));
  });
}

export function reasonOf(end: AbortSignal): DirectoryFailure {
  return explainDirectory(end.reason);
}
