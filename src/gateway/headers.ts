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

/** Contract §2: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`; reset as OpenAI writes it (1.5s, 120ms). */
function pushLimits(headers: string[], admission: Admission): void {
  for (const kind of ['requests', 'tokens'] as const) {
    const meter = admission[kind];
    if (meter === null) continue;
    headers.push(`x-ratelimit-limit-${kind}`, String(meter.limit));
    headers.push(`x-ratelimit-remaining-${kind}`, String(Math.max(0, meter.remaining)));
    headers.push(`x-ratelimit-reset-${kind}`, duration(meter.resetMs));
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.ceil(ms)}ms` : `${Math.ceil(ms / 100) / 10}s`;
}

/** Model ids come from providers: what a header cannot carry is percent-encoded. */
export function headerSafe(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
