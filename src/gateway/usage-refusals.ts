import type { UpstreamFailure } from '../providers/adapter.ts';
import type { GatewayRequest } from './request.ts';

/** For so long a server that refused is not asked again: it may have been brought up to date. */
const KEEP_MS = 3_600_000;

/**
 * Servers of OpenAI's wire format that know no `stream_options` and refuse what holds it. Their streams are asked for
 * without: what they tell of tokens unasked counts, else the tokens are estimated and marked so.
 */
export interface UsageRefusals {
  learn(providerId: string): void;
  has(providerId: string): boolean;
}

/** `clock` in ms. Never more entries than there are providers. */
export function createUsageRefusals(deps: { readonly clock: () => number }): UsageRefusals {
  const learned = new Map<string, number>();
  return {
    learn: (providerId) => void learned.set(providerId, deps.clock()),
    has(providerId) {
      const at = learned.get(providerId);
      return at !== undefined && deps.clock() - at < KEEP_MS;
    },
  };
}

/** Whether a provider refused what the gateway has added to a stream's request, and the client did not write. */
export function refusesUsage(failure: UpstreamFailure, request: GatewayRequest | null): boolean {
  if (failure.kind !== 'rejected' || request === null || !request.stream) return false;
  if (request.spans.streamOptions !== null) return false;
  return /stream_options|include_usage/i.test(`${failure.param ?? ''} ${failure.message}`);
}
