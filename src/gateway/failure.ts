import { AppError, toAppError } from '../errors.ts';
import { UpstreamFailure } from '../providers/adapter.ts';
import { redactOwn } from '../providers/redact.ts';
import type { ServedModel } from '../runtime/view.ts';

/** Used when a provider limits us without saying for how long. */
const DEFAULT_RETRY_MS = 5_000;

/** What the client is told of an upstream's failure (contract §2, "Upstream answers"). */
export function failureToError(failure: UpstreamFailure, served: ServedModel | null): AppError {
  const provider = served === null ? 'The provider' : `Provider '${served.provider.slug}'`;
  switch (failure.kind) {
    case 'rejected':
      return new AppError('invalid_request', wordsOf(failure, served), {
        cause: failure,
        status: statusOf(failure),
        wireCode: failure.upstreamCode,
        ...(failure.param === null ? {} : { param: failure.param }),
      });
    case 'context_overflow':
      return new AppError('context_length_exceeded', wordsOf(failure, served), {
        cause: failure,
        param: 'messages',
      });
    case 'rate_limited':
      return new AppError('provider_rate_limited', `${provider} is limiting our requests. Try again later.`, {
        cause: failure,
        retryAfterMs: failure.retryAfterMs ?? DEFAULT_RETRY_MS,
      });
    case 'credentials':
      return new AppError(
        'provider_error',
        `${provider} refused the gateway's credentials. An administrator must renew them.`,
        { cause: failure },
      );
    case 'timeout':
      return new AppError('provider_error', `${provider} did not answer in time.`, { cause: failure });
    case 'connection':
      return new AppError('provider_error', `${provider} cannot be reached.`, { cause: failure });
    case 'unavailable':
      return new AppError('provider_error', `${provider} is unavailable.`, {
        cause: failure,
        ...(failure.retryAfterMs === null ? {} : { retryAfterMs: failure.retryAfterMs }),
      });
    case 'malformed':
      return new AppError('provider_error', `${provider} sent an answer that cannot be read.`, {
        cause: failure,
      });
  }
}

/** What the upstream said, as far as the client may read it. */
function wordsOf({ message }: UpstreamFailure, served: ServedModel | null): string {
  return served === null ? message : redactOwn(message, served.provider.endpoint);
}

/** The upstream's own where it says what kind of fault of the caller's it is; errors inside a 2xx answer have none. */
function statusOf({ status }: UpstreamFailure): number {
  return status !== null && status >= 400 && status < 500 ? status : 400;
}

/** Anything thrown on the way, as the error that the client gets. */
export function toGatewayError(error: unknown, served: ServedModel | null): AppError {
  return error instanceof UpstreamFailure ? failureToError(error, served) : toAppError(error);
}

/** The outcome of a target that was not even called. */
export const BREAKER_OPEN = 'breaker_open';

/** Short, for the trace and for metrics: a bounded set of words. */
export function outcomeOf(failure: UpstreamFailure): string {
  return failure.status === null || failure.kind !== 'unavailable' ? failure.kind : `http_${failure.status}`;
}
