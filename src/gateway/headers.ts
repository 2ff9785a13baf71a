import type { Admission } from '../runtime/limiter.ts';
import type { Exchange } from './exchange.ts';

/**
 * The headers that every answer of the gateway carries, in writeHead's flat form (name, value, name, value …),
 * the cheapest that node:http takes.
 */
export function gatewayHeaders(exchange: Exchange): string[] {
  const headers = ['x-request-id', exchange.id];
  if (exchange.served !== null) {
    headers.push('x-prism-model', headerSafe(exchange.served.model.id));
    headers.push('x-prism-provider', exchange.served.provider.slug);
  }
  if (exchange.routed !== null)
    headers.push('x-prism-category', headerSafe(exchange.routed.decision.category));
  if (exchange.admission !== null) pushLimits(headers, exchange.admission);
  return headers;
}

/** Contract §2; reset as OpenAI writes it (1.5s, 120ms). */
function pushLimits(headers: string[], { requests, tokens }: Admission): void {
  if (requests !== null) pushLimit(headers, REQUESTS, requests);
  if (tokens !== null) pushLimit(headers, TOKENS, tokens);
}

/** Names spelt out: ones put together for each answer would have to be flattened and hashed again by node:http. */
interface LimitNames {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

const REQUESTS: LimitNames = {
  limit: 'x-ratelimit-limit-requests',
  remaining: 'x-ratelimit-remaining-requests',
  reset: 'x-ratelimit-reset-requests',
};
const TOKENS: LimitNames = {
  limit: 'x-ratelimit-limit-tokens',
  remaining: 'x-ratelimit-remaining-tokens',
  reset: 'x-ratelimit-reset-tokens',
};

function pushLimit(
  headers: string[],
  names: LimitNames,
  { limit, remaining, resetMs }: NonNullable<Admission['requests']>,
): void {
  headers.push(names.limit, String(limit), names.remaining, String(Math.max(0, remaining)));
  headers.push(names.reset, duration(resetMs));
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.ceil(ms)}ms` : `${Math.ceil(ms / 100) / 10}s`;
}

/** Model ids come from providers: what a header cannot carry is percent-encoded. */
export function headerSafe(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
