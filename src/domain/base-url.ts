import { isIPv4 } from 'node:net';

export interface BaseUrl {
  /** Scheme, host, port and the server's own path, without a trailing slash. */
  readonly baseUrl: string;
  readonly origin: string;
  /** What the address itself said about the API's path; null = nothing, to be detected. */
  readonly apiPath: string | null;
}

/** Ends that people paste along: the operation, then the API's own path. */
const OPERATIONS = /\/(?:chat\/completions|completions|embeddings|models|messages|responses)$/;
const API_PATH = /(?:\/api)?\/v1$/;
const METADATA_HOSTS = new Set(['metadata.google.internal', '[fd00:ec2::254]', '100.100.100.200']);

/**
 * A provider's address as it was typed → its base and the API path that was in it:
 * `https://openrouter.ai/api/v1/chat/completions` is `https://openrouter.ai` with `/api/v1`.
 * A string is what is wrong with it.
 */
export function parseBaseUrl(text: string): BaseUrl | string {
  if (!/^https?:\/\//i.test(text.trim())) return 'must begin with http:// or https://';
  const url = URL.parse(text.trim());
  if (url === null) return 'must be a URL such as https://api.example.com';
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user name or password; give them under auth';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or a fragment';
  if (isMetadataHost(url.hostname))
    return 'is an address of the cloud’s own metadata service, not of a provider';
  const path = url.pathname.replace(/\/+$/, '');
  const operation = OPERATIONS.test(path);
  const withoutOperation = path.replace(OPERATIONS, '').replace(/\/+$/, '');
  const found = API_PATH.exec(withoutOperation)?.[0];
  const base =
    found === undefined ? withoutOperation : withoutOperation.slice(0, -found.length).replace(/\/+$/, '');
  return { baseUrl: url.origin + base, origin: url.origin, apiPath: found ?? (operation ? '' : null) };
}

/** Link-local addresses hand out cloud credentials to whoever asks; no provider lives there. */
function isMetadataHost(host: string): boolean {
  if (METADATA_HOSTS.has(host)) return true;
  return isIPv4(host) ? host.startsWith('169.254.') : /^\[(?:fe[89ab]|::ffff:a9fe:)/.test(host);
}
