import { errors } from 'undici';
import { UpstreamFailure, type FailureKind } from './adapter.ts';

/** What each code of Node, OpenSSL and undici means to the caller. Texts name no host, address or header value. */
const CAUSES: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ECONNREFUSED: ['connection', 'The provider refused the connection.'],
  ENOTFOUND: ['connection', "The provider's host name was not found."],
  EAI_AGAIN: ['connection', "The provider's host name could not be looked up."],
  EHOSTUNREACH: ['connection', 'The provider cannot be reached from here.'],
  ENETUNREACH: ['connection', 'The provider cannot be reached from here.'],
  ETIMEDOUT: ['timeout', 'The provider did not accept a connection in time.'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'The provider did not accept a connection in time.'],
  UND_ERR_INVALID_ARG: [
    'connection',
    'The request to the provider could not be built: its address, path or a header is not valid HTTP.',
  ],
  UND_ERR_NOT_SUPPORTED: ['connection', 'The request to the provider has a header that cannot be sent.'],
  UND_ERR_DESTROYED: ['connection', 'The connection to the provider was closed on our side.'],
  UND_ERR_CLOSED: ['connection', 'The connection to the provider was closed on our side.'],
  UND_ERR_HEADERS_OVERFLOW: ['malformed', "The provider's answer has too large a header."],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['malformed', "The provider's answer broke off."],
};

/**
 * An error of the socket, of TLS or of undici as the failure it means. `answered` = the head of the answer was
 * there, so that losing the connection broke the answer. An UpstreamFailure stays what it is.
 */
export function toUpstreamFailure(error: unknown, answered: boolean): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  const known = CAUSES[code];
  if (known) return new UpstreamFailure(known[0], known[1], { cause: error });
  if (error instanceof errors.HTTPParserError)
    return new UpstreamFailure('malformed', 'The provider did not answer with HTTP/1.1.', { cause: error });
  if (isTlsCode(code))
    return new UpstreamFailure(
      'connection',
      `The provider's TLS certificate or handshake failed (${code}).`,
      {
        cause: error,
      },
    );
  if (answered) return new UpstreamFailure('malformed', "The provider's answer broke off.", { cause: error });
  return new UpstreamFailure('connection', 'The provider closed the connection without an answer.', {
    cause: error,
  });
}

function isTlsCode(code: string): boolean {
  return /^(?:ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
}

/** The code of an error of Node, OpenSSL or undici; '' = none. Several addresses tried = an AggregateError, whose members carry it. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return '';
}
