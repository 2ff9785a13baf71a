import type { Endpoint } from '../adapter.ts';

/**
 * The version that every model and every compatible server speaks. 2026-10-21, the only later one, refuses
 * `temperature`, `top_p` and `top_k` for all models, also for those that still take them.
 */
const API_VERSION = '2023-06-01';

export const DEFAULT_API_PATH = '/v1';

/** Where a call goes and how it signs in. A base URL that already ends in /v1 does not get it twice. */
export function address(
  endpoint: Endpoint,
  suffix: string,
): { origin: string; path: string; headers: Record<string, string> } {
  return {
    origin: endpoint.origin,
    path: `${endpoint.basePath}${apiPath(endpoint)}${suffix}`,
    headers: {
      'anthropic-version': API_VERSION,
      // Answers are read as they come; without the header any compression would be allowed.
      'accept-encoding': 'identity',
      'user-agent': 'open-model-prism',
      ...credentials(endpoint),
    },
  };
}

export function apiPath(endpoint: Endpoint): string {
  if (endpoint.basePath.endsWith(DEFAULT_API_PATH)) return '';
  return endpoint.apiPath ?? DEFAULT_API_PATH;
}

function credentials(endpoint: Endpoint): Record<string, string> {
  const key = endpoint.credentials['apiKey'];
  if (key === undefined || key === '' || endpoint.authType === 'none') return {};
  return endpoint.authType === 'bearer' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
}
