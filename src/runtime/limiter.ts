import { SlidingWindow, WINDOW_MS } from './sliding-window.ts';

/** Requests and tokens a minute of one tenant; 0 = no limit. */
export interface Limits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

/** What the `x-ratelimit-*` headers tell about one limit, this request counted. */
export interface Meter {
  readonly limit: number;
  readonly remaining: number;
  /** Ms until the whole limit is free again, if nothing else comes. */
  readonly resetMs: number;
}

/** Why a request was refused; `request_too_large`: its own tokens exceed the whole limit, waiting does not help. */
export type Refusal = 'requests' | 'tokens' | 'request_too_large';

/** What one admitted request holds of its tenant's limits. Opaque: give it back to the limiter that made it. */
export interface Reservation {
  settle(actualTokens: number): void;
  cancel(): void;
}

export interface Admission {
  readonly allowed: boolean;
  readonly reason: Refusal | null;
  /** Null = refused, or the tenant has no limits. */
  readonly reservation: Reservation | null;
  /** Ms after which the same request would be let in if nothing else came; 0 when allowed. At most a second too long. */
  readonly retryAfterMs: number;
  /** Null = no such limit. */
  readonly requests: Meter | null;
  readonly tokens: Meter | null;
}

/** `shared`: enforced over all processes; `local`: each process enforces the whole limit for itself. */
export interface LimiterStatus {
  readonly mode: 'shared' | 'local';
  /** True = it should be shared but the store does not answer. */
  readonly degraded: boolean;
}

/**
 * Admits at most `requestsPerMinute` requests and `tokensPerMinute` reserved tokens of one key in any 60 s.
 * Never throws and never rejects: a store that is down is the limiter's own affair.
 */
export interface Limiter {
  /** `key` is the tenant's id, `tokens` what the request may use. A refused request counts for nothing. */
  admit(key: string, limits: Limits, tokens: number): Admission | Promise<Admission>;
  /** Replaces the reserved tokens by what was really used, at the time of the admission. Only the first call counts. */
  settle(reservation: Reservation | null, actualTokens: number): void;
  /** As if the request had never come: for what we refuse ourselves before any attempt. */
  cancel(reservation: Reservation | null): void;
  status(): LimiterStatus;
}

/** The limiter of this process alone. */
export interface LocalLimiter extends Limiter {
  admit(key: string, limits: Limits, tokens: number): Admission;
  /** Counts a request that someone else has admitted. */
  record(key: string, tokens: number): Reservation;
  /** How many tenants it remembers; idle ones go by themselves while others are admitted. */
  readonly size: number;
}

/** An admission that nothing limits. */
export const UNLIMITED: Admission = {
  allowed: true,
  reason: null,
  reservation: null,
  retryAfterMs: 0,
  requests: null,
  tokens: null,
};

/** `clock` in ms; may jump, only its going forwards counts. */
export function createLimiter(deps: { readonly clock: () => number }): LocalLimiter {
  const windows = new Map<string, SlidingWindow>();
  let sweep = windows.entries();
  let latest = 0;

  function now(): number {
    latest = Math.max(latest, deps.clock());
    return latest;
  }

  /** Looks at one tenant for each request admitted, so that forgetting idle ones costs no pause. */
  function forgetOneIdle(time: number): void {
    const next = sweep.next();
    if (next.done === true) sweep = windows.entries();
    else if (next.value[1].isIdle(time)) windows.delete(next.value[0]);
  }

  function windowOf(key: string, time: number): SlidingWindow {
    forgetOneIdle(time);
    let window = windows.get(key);
    if (window === undefined) {
      window = new SlidingWindow();
      windows.set(key, window);
    }
    window.expire(time);
    return window;
  }

  return {
    admit(key, limits, tokens) {
      if (limits.requestsPerMinute === 0 && limits.tokensPerMinute === 0) return UNLIMITED;
      const time = now();
      const window = windowOf(key, time);
      const wanted = wholeTokens(tokens);
      const reason = refusal(limits, window.usedRequests, window.usedTokens, wanted);
      const number = reason === null ? window.add(time, wanted) : -1;
      const reset = window.resetMs(time);
      return {
        allowed: reason === null,
        reason,
        reservation: reason === null ? new LocalReservation(window, number, wanted) : null,
        retryAfterMs: reason === null ? 0 : retryAfterMs(window, time, limits, wanted),
        requests: meter(limits.requestsPerMinute, window.usedRequests, reset),
        tokens: meter(limits.tokensPerMinute, window.usedTokens, reset),
      };
    },
    record(key, tokens) {
      const time = now();
      const window = windowOf(key, time);
      const wanted = wholeTokens(tokens);
      return new LocalReservation(window, window.add(time, wanted), wanted);
    },
    settle: (reservation, actualTokens) => reservation?.settle(actualTokens),
    cancel: (reservation) => reservation?.cancel(),
    status: () => ({ mode: 'local', degraded: false }),
    get size() {
      return windows.size;
    },
  };
}

class LocalReservation implements Reservation {
  readonly #window: SlidingWindow;
  readonly #number: number;
  readonly #tokens: number;
  #open = true;

  constructor(window: SlidingWindow, number: number, tokens: number) {
    this.#window = window;
    this.#number = number;
    this.#tokens = tokens;
  }

  settle(actualTokens: number): void {
    if (this.#open) this.#window.adjust(this.#number, 0, wholeTokens(actualTokens) - this.#tokens);
    this.#open = false;
  }

  cancel(): void {
    if (this.#open) this.#window.adjust(this.#number, -1, -this.#tokens);
    this.#open = false;
  }
}

/** Why a request that wants `tokens` cannot come in on top of what is used; null = it can. */
export function refusal(
  limits: Limits,
  usedRequests: number,
  usedTokens: number,
  tokens: number,
): Refusal | null {
  if (limits.tokensPerMinute > 0 && tokens > limits.tokensPerMinute) return 'request_too_large';
  if (limits.requestsPerMinute > 0 && usedRequests + 1 > limits.requestsPerMinute) return 'requests';
  if (limits.tokensPerMinute > 0 && usedTokens + tokens > limits.tokensPerMinute) return 'tokens';
  return null;
}

function retryAfterMs(window: SlidingWindow, now: number, limits: Limits, tokens: number): number {
  const { requestsPerMinute, tokensPerMinute } = limits;
  if (tokensPerMinute > 0 && tokens > tokensPerMinute) return WINDOW_MS;
  const requestsOver = requestsPerMinute === 0 ? 0 : window.usedRequests + 1 - requestsPerMinute;
  const tokensOver = tokensPerMinute === 0 ? 0 : window.usedTokens + tokens - tokensPerMinute;
  return Math.max(
    requestsOver > 0 ? window.requestsFreeInMs(now, requestsOver) : 0,
    tokensOver > 0 ? window.tokensFreeInMs(now, tokensOver) : 0,
  );
}

/** Null where there is no limit. */
export function meter(limit: number, used: number, resetMs: number): Meter | null {
  return limit === 0 ? null : { limit, remaining: Math.max(0, limit - used), resetMs };
}

/** Sums stay exact only over whole numbers; what is no figure at all counts as 0. */
export function wholeTokens(tokens: number): number {
  return Number.isFinite(tokens) && tokens > 0 ? Math.ceil(tokens) : 0;
}
