import { CipherError } from '../identity/cipher.ts';
import { UpstreamFailure, type Endpoint } from '../providers/adapter.ts';

/** What went wrong with a provider, for people: safe to show and to store. */
export interface FailureNote {
  readonly detail: string;
  /** The likely mend, in one sentence. */
  readonly suggestion: string;
}

const MAX_DETAIL = 300;

const CERTIFICATE =
  'The server’s certificate is not signed by an authority that is known here: give its CA file in NODE_EXTRA_CA_CERTS, or use a signed certificate.';
const PLAIN_HTTP =
  'The server speaks plain HTTP on this port: begin the base URL with http://, or use its TLS port.';

const HUNG_UP =
  'The server hung up: check the port, and whether it wants https:// instead of http:// or the reverse.';

/** Codes of Node, OpenSSL and undici, found in the chain of causes. */
const BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Check the host name in the base URL.',
  EAI_AGAIN: 'The name server did not answer: check the network of this machine.',
  ECONNREFUSED:
    'Nothing listens there: check host and port, and that the server runs. In a container, localhost is the container itself.',
  ECONNRESET: HUNG_UP,
  UND_ERR_SOCKET: HUNG_UP,
  EHOSTUNREACH: 'Check the address, and that this machine’s network reaches it.',
  ENETUNREACH: 'Check the address, and that this machine’s network reaches it.',
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  CERT_HAS_EXPIRED: 'The server’s certificate has expired: renew it.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another name: use the host name that it was made for.',
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN_HTTP,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN_HTTP,
  EPROTO: PLAIN_HTTP,
  HTTPS_REQUIRED: 'Begin the base URL with https://.',
};

const BY_KIND: Readonly<Record<UpstreamFailure['kind'], string>> = {
  rejected:
    'The provider does not know this path or model: check the base URL (the part before /v1) and the API path.',
  context_overflow: 'The model’s context window is too small for this prompt.',
  credentials: 'Check the API key, and that it may be used for this (its project, plan and permissions).',
  rate_limited: 'The provider limits us or the quota is used up: wait, or look at the account there.',
  unavailable: 'The provider has trouble of its own: try again later.',
  connection: 'Check the base URL, and that this machine’s network reaches it.',
  timeout: 'The server does not answer in time: check the address and any firewall in between.',
  malformed: 'What answers there is not this API: check the base URL and the type of the provider.',
};

/** An error of talking to a provider → what may be said of it. Anything that is none of these is thrown again. */
export function explainFailure(error: unknown, endpoint: Endpoint | null): FailureNote {
  if (error instanceof CipherError) {
    return {
      detail: 'The stored credentials cannot be decrypted.',
      suggestion: 'Give the credentials again.',
    };
  }
  if (!(error instanceof UpstreamFailure)) throw error;
  const code = codesOf(error).find((one) => Object.hasOwn(BY_CODE, one));
  const byCode = code === undefined ? undefined : BY_CODE[code];
  return { detail: sanitize(error.message, endpoint), suggestion: byCode ?? BY_KIND[error.kind] };
}

/** Without the provider's own secrets, should it have echoed them. */
export function redact(text: string, endpoint: Endpoint | null): string {
  const secrets = Object.values(endpoint?.credentials ?? {}).filter((secret) => secret.length >= 4);
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text);
}

/** Bounded, on one line, and redacted. */
export function sanitize(text: string, endpoint: Endpoint | null): string {
  const clean = redact(text.slice(0, 4000), endpoint);
  const line = clean.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= MAX_DETAIL ? line : `${line.slice(0, MAX_DETAIL - 1)}…`;
}

/** The codes of Node, OpenSSL and undici in an error and its causes. */
export function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const members: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const deeper = [...members, 'cause' in error ? error.cause : null];
  return [...own, ...deeper.flatMap((one) => codesOf(one, depth + 1))];
}
