import { isIP } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls';
import { UpstreamFailure } from './adapter.ts';
import { toUpstreamFailure } from './http-failure.ts';

/** What a server shows of itself in a TLS handshake. */
export interface TlsFacts {
  /** "TLSv1.3". */
  readonly protocol: string;
  /** Node's code for why its certificate is not trusted; null = it is. */
  readonly problem: string | null;
  /** Who it is made for: its common name, or else its first name. */
  readonly subject: string;
  /** The host names and addresses that it is good for. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly selfSigned: boolean;
  readonly validTo: Date | null;
}

export interface TlsTarget {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/**
 * Shakes hands and says nothing: looks at the certificate, trusted or not, and hangs up. Throws UpstreamFailure when
 * there is no handshake at all.
 */
export function inspectTls({ host, port, timeoutMs }: TlsTarget): Promise<TlsFacts> {
  return new Promise((resolve, reject) => {
    // Nothing is sent over a connection that is not trusted; it is only looked at.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new UpstreamFailure('timeout', `The TLS handshake did not end within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(toUpstreamFailure(error, false));
    });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      const certificate = socket.getPeerCertificate();
      const reason: unknown = socket.authorizationError;
      resolve({
        protocol: socket.getProtocol() ?? 'TLS',
        problem: socket.authorized ? nameProblem(host, certificate) : codeOf(reason),
        ...factsOf(certificate),
      });
      socket.destroy();
    });
  });
}

/** Without a server name (an address) Node itself does not compare. */
function nameProblem(host: string, certificate: PeerCertificate): string | null {
  return checkServerIdentity(host, certificate) === undefined ? null : 'ERR_TLS_CERT_ALTNAME_INVALID';
}

/** Node says it as a code, or as an error that has one. */
function codeOf(reason: unknown): string {
  if (typeof reason === 'string') return reason;
  if (typeof reason === 'object' && reason !== null && 'code' in reason) return String(reason.code);
  return 'UNTRUSTED';
}

function factsOf(certificate: PeerCertificate): Omit<TlsFacts, 'protocol' | 'problem'> {
  const names = (certificate.subjectaltname ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
  const validTo = new Date(certificate.valid_to);
  const issuer = [certificate.issuer?.CN, certificate.issuer?.O].filter(Boolean).map(String);
  return {
    subject: String(certificate.subject?.CN ?? names[0] ?? 'nobody in particular'),
    names,
    issuer: issuer.length === 0 ? 'nobody in particular' : issuer.join(', '),
    selfSigned: JSON.stringify(certificate.subject) === JSON.stringify(certificate.issuer),
    validTo: Number.isNaN(validTo.getTime()) ? null : validTo,
  };
}
