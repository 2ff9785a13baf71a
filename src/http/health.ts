import type { Handler } from './server.ts';

export interface HealthDeps {
  /** Resolves when the database answers. */
  readonly ping: () => Promise<void>;
  readonly draining: () => boolean;
  readonly journal: () => { readonly entries: number; readonly bytes: number; readonly accepting: boolean };
  /** Whether the credentials of all providers can be read. */
  readonly credentialsReadable: () => boolean;
  readonly version: string;
  readonly role: string;
  /** Unix ms. */
  readonly clock: () => number;
}

/** A check is good for so long: probes of many balancers must not become load. */
const CACHE_MS = 1_000;
const PING_TIMEOUT_MS = 1_500;
const UNREADABLE =
  'The stored credentials of providers cannot be read with the ENCRYPTION_KEY of this process: give it the key that ' +
  'encrypted them, or enter the credentials again.';

/**
 * `GET /health`: 200 as long as requests can be served, `status: "degraded"` while the database is down, the journal
 * full or the credentials of a provider are unreadable, and then `reason` says which; 503 when it is draining and should
 * get no more. What is degraded stays 200 on purpose: the gateway serves what it can, and a balancer must not take it
 * out.
 */
export function createHealth(deps: HealthDeps): Handler {
  let checkedAt = -Infinity;
  let checking: Promise<boolean> | null = null;

  function databaseUp(): Promise<boolean> {
    const now = deps.clock();
    // However the clock was put meanwhile: a check of "later" is an old one, too.
    if (checking === null || Math.abs(now - checkedAt) > CACHE_MS) {
      checkedAt = now;
      checking = withTimeout(deps.ping(), PING_TIMEOUT_MS);
    }
    return checking;
  }

  return (_req, res) => {
    void databaseUp().then((up) => {
      const journal = deps.journal();
      const draining = deps.draining();
      const reasons = [
        ...(up ? [] : ['The database does not answer.']),
        ...(journal.accepting ? [] : ['The journal is full.']),
        ...(deps.credentialsReadable() ? [] : [UNREADABLE]),
      ];
      const body = JSON.stringify({
        status: draining ? 'draining' : reasons.length === 0 ? 'ok' : 'degraded',
        ...(reasons.length === 0 ? {} : { reason: reasons.join(' ') }),
        database: up ? 'ok' : 'error',
        journal: { entries: journal.entries, bytes: journal.bytes, accepting: journal.accepting },
        role: deps.role,
        version: deps.version,
        timestamp: new Date(deps.clock()).toISOString(),
      });
      res.writeHead(draining ? 503 : 200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
      });
      res.end(body);
    });
  };
}

async function withTimeout(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = work.then(
    () => true,
    () => false,
  );
  const up = await Promise.race([done, late]);
  clearTimeout(timer);
  return up;
}
