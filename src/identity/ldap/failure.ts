/** The steps of asking a directory, in their order. `search_base` is only tested, not needed. */
export type DirectoryStep =
  'resolve' | 'connect' | 'tls' | 'bind' | 'search_base' | 'user' | 'user_bind' | 'groups' | 'role';

/**
 * Why a step failed. `refused` = the directory is fine, the name or the password is not; `failed` = it could not be
 * asked. Message and suggestion are for admins; they hold no secret.
 */
export class DirectoryFailure extends Error {
  readonly kind: 'refused' | 'failed';
  /** The likely mend, in one sentence. */
  readonly suggestion: string;

  constructor(kind: DirectoryFailure['kind'], message: string, suggestion: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DirectoryFailure';
    this.kind = kind;
    this.suggestion = suggestion;
  }
}

const CERTIFICATE =
  'Give the certificate of the authority that signed it as tlsCaCert (PEM). A self-signed certificate is its own authority.';
export const CHECK_PORT =
  'Check the port in url (ldaps:// is usually 636, ldap:// 389); if it is right, the directory’s own log says why.';
const NO_TLS = 'Check the port: ldaps:// is usually 636; on 389 use ldap:// with startTls.';

interface Note {
  readonly detail: string;
  readonly suggestion: string;
}

/** Codes of Node and OpenSSL. */
const BY_CODE: Readonly<Record<string, Note>> = {
  ENOTFOUND: { detail: 'The host name was not found.', suggestion: 'Check the host name in url.' },
  EAI_AGAIN: {
    detail: 'The name server did not answer.',
    suggestion: 'Check the network of this machine, and its name server.',
  },
  ECONNREFUSED: {
    detail: 'Nothing listens there.',
    suggestion:
      'Check host and port in url, and that the directory runs. In a container, localhost is the container itself.',
  },
  ECONNRESET: { detail: 'The server hung up.', suggestion: NO_TLS },
  EPROTO: { detail: 'What answers there does not speak TLS.', suggestion: NO_TLS },
  ERR_SSL_WRONG_VERSION_NUMBER: { detail: 'What answers there does not speak TLS.', suggestion: NO_TLS },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { detail: 'What answers there does not speak TLS.', suggestion: NO_TLS },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    detail: 'The certificate is self-signed and not the one that is trusted.',
    suggestion: CERTIFICATE,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    detail: 'The certificate is signed by an authority that is not trusted.',
    suggestion: CERTIFICATE,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    detail: 'The certificate is not signed by the authority that is trusted.',
    suggestion: CERTIFICATE,
  },
  UNABLE_TO_GET_ISSUER_CERT: { detail: 'The certificate’s authority is not known.', suggestion: CERTIFICATE },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    detail: 'The certificate’s authority is not known.',
    suggestion: CERTIFICATE,
  },
  CERT_SIGNATURE_FAILURE: {
    detail: 'The certificate is not signed by the authority that is trusted.',
    suggestion: CERTIFICATE,
  },
  CERT_HAS_EXPIRED: {
    detail: 'The certificate has expired.',
    suggestion: 'Renew the directory’s certificate.',
  },
  CERT_NOT_YET_VALID: {
    detail: 'The certificate is not valid yet.',
    suggestion: 'Check the clocks of both machines.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    detail: 'The certificate is for another name.',
    suggestion: 'Use the host name in url that the certificate was made for.',
  },
};

const WANTS_TLS: Note = {
  detail: 'The directory takes no passwords over an unencrypted connection.',
  suggestion: 'Use ldaps:// or switch startTls on.',
};

/** Result codes of RFC 4511, appendix A. */
const BY_RESULT: Readonly<Record<number, Note>> = {
  1: {
    detail: 'The directory does not do this for a stranger.',
    suggestion: 'Give bindDn and bindPassword of a user that may search.',
  },
  2: {
    detail: 'The directory did not understand the request.',
    suggestion: 'Where StartTLS is meant: the directory may not offer it; use ldaps:// instead.',
  },
  8: WANTS_TLS,
  10: {
    detail: 'The directory refers to another server.',
    suggestion: 'Point url and searchBase to the server that holds these entries.',
  },
  13: WANTS_TLS,
  18: { detail: 'The directory does not know this matching rule.', suggestion: 'Check the filter.' },
  32: {
    detail: 'There is no such entry.',
    suggestion:
      'Check searchBase (for groups, groupSearchBase): it must exist, and bindDn must be allowed to read it.',
  },
  34: { detail: 'The directory does not take this as a DN.', suggestion: 'Check bindDn and searchBase.' },
  48: {
    detail: 'The directory does not let this entry sign in.',
    suggestion:
      'Check that the entry has a password, and that anonymous use is allowed where no bindDn is given.',
  },
  49: {
    detail: 'The directory refused the DN or its password.',
    suggestion: 'Check bindDn and bindPassword.',
  },
  50: {
    detail: 'The directory does not allow this.',
    suggestion: 'Let the bind user read people and groups below searchBase.',
  },
  51: { detail: 'The directory is busy.', suggestion: 'Try again later.' },
  52: { detail: 'The directory is not available right now.', suggestion: 'Try again later.' },
  53: {
    detail: 'The directory is not willing to do this.',
    suggestion: 'Its log says why: often a disabled account, or a rule against this kind of sign-in.',
  },
};

/** An error of asking a directory, in words for admins. What is a failure already stays as it is. */
export function explainDirectory(error: unknown): DirectoryFailure {
  if (error instanceof DirectoryFailure) return error;
  const code = codesOf(error).find((one) => Object.hasOwn(BY_CODE, one));
  const result = resultCodeOf(error);
  const note =
    (code === undefined ? undefined : BY_CODE[code]) ?? (result === null ? undefined : BY_RESULT[result]);
  const message =
    note?.detail ??
    (result === null ? 'The connection broke.' : `The directory answered with code ${result}.`);
  const suggestion = note?.suggestion ?? CHECK_PORT;
  return new DirectoryFailure('failed', message, suggestion, { cause: error });
}

/** The result code of an LDAP answer; null = the error is none. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return null;
  return error.code;
}

function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const members: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...own, ...[...members, error.cause].flatMap((one) => codesOf(one, depth + 1))];
}
