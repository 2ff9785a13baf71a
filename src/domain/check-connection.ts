import { isIP } from 'node:net';
import {
  UpstreamFailure,
  type Adapter,
  type Endpoint,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import type { inspectTls, TlsFacts } from '../providers/tls.ts';
import type { CheckRun, Outcome } from './check-run.ts';

export interface ConnectionDeps {
  readonly upstream: Pick<Upstream, 'send'>;
  /** Addresses of a host name; rejects with Node's codes (ENOTFOUND). */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly inspectTls: typeof inspectTls;
}

const TLS_TIMEOUT_MS = 10_000;
/** A listing of models, an error page: nothing larger is of use here. */
export const QUICK = { timeoutMs: 15_000, maxBytes: 16 * 1024 * 1024 };

export const USE_HTTPS = 'The server speaks TLS on this port: begin the base URL with https://.';

/** From the host's name to an answer over HTTP that does not refuse the key. Null = a step failed. */
export async function checkConnection(
  deps: ConnectionDeps,
  run: CheckRun,
  adapter: Adapter,
  endpoint: Endpoint,
  probe: UpstreamRequest,
): Promise<true | null> {
  const url = new URL(probe.origin);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const handshake = () => deps.inspectTls({ host, port, timeoutMs: TLS_TIMEOUT_MS });

  const named = await run.step('name_resolution', endpoint, () => resolveHost(deps, host));
  if (named === null) return null;
  if (url.protocol === 'https:') {
    const trusted = await run.step('tls', endpoint, async () => requireTrusted(await handshake()));
    if (trusted === null) return null;
  }
  const answer = await run.step(
    'connection',
    endpoint,
    async () => requirePlain(url, await deps.upstream.send(probe, QUICK)),
    // Who asks a TLS port in plain is hung up on: a handshake shows whether that is it.
    () =>
      url.protocol === 'https:'
        ? null
        : handshake().then(
            () => USE_HTTPS,
            () => null,
          ),
  );
  if (answer === null) return null;
  return await run.step('credentials', endpoint, () => requireSignedIn(adapter, endpoint, answer));
}

async function resolveHost({ resolve }: ConnectionDeps, host: string): Promise<Outcome<true>> {
  if (isIP(host) !== 0) return { value: true, detail: 'an address, no name' };
  try {
    const addresses = await resolve(host);
    return { value: true, detail: addresses.length === 1 ? '1 address' : `${addresses.length} addresses` };
  } catch (error) {
    throw new UpstreamFailure('connection', 'The host name was not found.', { cause: error });
  }
}

function requireTrusted(facts: TlsFacts): Outcome<true> {
  const about = describe(facts);
  if (facts.problem === null) return { value: true, detail: about };
  const reason = facts.selfSigned ? 'The certificate is self-signed' : 'The certificate is not trusted';
  throw new UpstreamFailure('connection', `${reason} (${facts.problem}). ${about}`, {
    cause: Object.assign(new Error(facts.problem), { code: facts.problem }),
  });
}

/** "TLSv1.3; certificate for api.example.com, www.example.com by R3, Let's Encrypt, good until 2027-02-03." */
function describe({ protocol, subject, names, issuer, validTo }: TlsFacts): string {
  const others = names.filter((name) => name !== subject);
  const more = others.length > 3 ? `, … (${others.length} names)` : '';
  const all = [subject, ...others.slice(0, 3)].join(', ') + more;
  const until = validTo === null ? '' : `, good until ${validTo.toISOString().slice(0, 10)}`;
  return `${protocol}; certificate for ${all} by ${issuer}${until}.`;
}

/** Servers that were asked in plain for what they only give over TLS say so in their ways. */
function requirePlain(url: URL, answer: UpstreamResponse): Outcome<UpstreamResponse> {
  const { status, headers, body } = answer;
  const location = typeof headers['location'] === 'string' ? headers['location'] : '';
  const isRedirect = status >= 300 && status < 400;
  if (isRedirect && url.protocol === 'http:' && location.startsWith(`https://${url.hostname}`)) {
    throw new UpstreamFailure('rejected', `HTTP ${status}: the server sends plain HTTP on to https://.`, {
      cause: Object.assign(new Error('redirected'), { code: 'HTTPS_REQUIRED' }),
    });
  }
  if (status === 400 && /plain http request|https port|requires? tls/i.test(body.toString('utf8', 0, 2000))) {
    throw new UpstreamFailure('rejected', 'HTTP 400: the server was asked in plain on a TLS port.', {
      cause: Object.assign(new Error('plain'), { code: 'HTTPS_REQUIRED' }),
    });
  }
  return { value: answer, detail: `HTTP ${status}` };
}

function requireSignedIn(adapter: Adapter, endpoint: Endpoint, answer: UpstreamResponse): Outcome<true> {
  if (answer.status === 401 || answer.status === 403) {
    throw adapter.readError(answer.status, answer.headers, answer.body);
  }
  return { value: true, detail: endpoint.authType === 'none' ? 'none are used' : 'not refused' };
}
