import { createServer, request, type IncomingMessage } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { AppError } from '../errors.ts';
import type { Gateway, Insider } from '../gateway/gateway.ts';
import type { Snapshot } from '../runtime/view.ts';

/** A chat completion in a tenant's name, from inside this process. */
export interface InnerCall {
  readonly tenantId: string;
  /** Who stands in the log as its user. */
  readonly userName: string;
  /** JSON, as for POST /chat/completions. */
  readonly body: Buffer;
  /** Aborted = the caller has gone: so is the gateway's client then. */
  readonly signal: AbortSignal;
}

/** What the gateway answers, as any client of it gets it. */
export interface InnerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Read when it is asked for: who reads slowly slows the provider down. Throws when the answer is cut. */
  readonly body: AsyncIterable<Buffer>;
}

/** Rejects when the gateway closes before its answer has begun. */
export type InnerDoor = (call: InnerCall) => Promise<InnerAnswer>;

/** Stands where a row of the log names its key: no key is of this id. */
export const NO_KEY = '00000000-0000-0000-0000-000000000000';

/**
 * The gateway without a network and without a key. It speaks HTTP all the same, over a pair of streams in memory, so
 * that such a request is served by the very code that serves every other: policy, limits, routing, prices, log.
 */
export function createInnerDoor(gateway: Pick<Gateway, 'handle'>): InnerDoor {
  const insiders = new WeakMap<Duplex, Insider>();
  // Never listens: its connections are made below.
  const server = createServer((req, res) => {
    const insider = insiders.get(req.socket);
    if (insider === undefined) res.destroy();
    else gateway.handle(req, res, { slug: null, path: '/chat/completions' }, insider);
  });

  return ({ tenantId, userName, body, signal }) =>
    new Promise((resolve, reject) => {
      const [near, far] = duplexPair();
      insiders.set(far, { userName, key: (snapshot) => keyOf(snapshot, tenantId) });
      // Neither side hears of the other's sudden end by itself.
      near.once('close', () => far.destroy());
      far.once('close', () => {
        if (!far.writableFinished) near.destroy();
      });
      server.emit('connection', far);
      const call = request({
        createConnection: () => near,
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', 'content-length': body.length, host: 'inside' },
        signal,
      });
      call.once('response', (answer: IncomingMessage) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
      });
      call.on('error', reject);
      call.end(body);
    });
}

/** Good for one request: made for it, and known to nobody else. */
function keyOf({ tenantsById }: Snapshot, tenantId: string): ReturnType<Insider['key']> {
  const tenant = tenantsById.get(tenantId);
  if (tenant === undefined) {
    throw new AppError(
      'tenant_not_found',
      'The gateway does not know this tenant yet. Try again in a second.',
    );
  }
  if (!tenant.active) throw new AppError('key_disabled', 'The tenant is switched off.');
  return { id: NO_KEY, hash: '', enabled: true, expiresAt: null, tenant };
}
