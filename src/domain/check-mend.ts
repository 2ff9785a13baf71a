import { UpstreamFailure } from '../providers/adapter.ts';
import { USE_HTTPS } from './check-connection.ts';
import type { CheckFailure, CheckMend } from './check-run.ts';
import { codesOf } from './provider-failure.ts';

/** The settings that a failed check was made with. */
export interface CheckedSettings {
  readonly baseUrl: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a TLS handshake with a port that speaks plain HTTP ends with. */
const PLAIN_CODES = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'];

/** The one change of the settings that would mend it; null = there is none that is sure enough to offer. */
export function mendOf(failure: CheckFailure, { baseUrl, options }: CheckedSettings): CheckMend | null {
  const { step, error, suggestion } = failure;
  const codes = codesOf(error);
  if (baseUrl.startsWith('http:') && (codes.includes('HTTPS_REQUIRED') || suggestion === USE_HTTPS)) {
    return address('Use https://', baseUrl.replace(/^http:/, 'https:'));
  }
  if (baseUrl.startsWith('https:') && PLAIN_CODES.some((code) => codes.includes(code))) {
    return address('Use http://', baseUrl.replace(/^https:/, 'http:'));
  }
  if (step === 'credentials' || (error instanceof UpstreamFailure && error.kind === 'credentials')) {
    return { label: 'Replace the key', path: 'config.auth.apiKey', value: null };
  }
  if (step !== 'path') return null;
  if (typeof options['path'] === 'string' && options['path'] !== '') {
    return { label: 'Have the API path found out', path: 'config.options.path', value: '' };
  }
  const { origin, pathname } = new URL(baseUrl);
  return pathname === '/' ? null : address(`Leave out ${pathname}`, origin);
}

function address(label: string, value: string): CheckMend {
  return { label, path: 'config.baseUrl', value };
}
