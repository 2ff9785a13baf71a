import type { Logger } from '../log.ts';
import {
  meter,
  refusal,
  UNLIMITED,
  wholeTokens,
  type Admission,
  type Limiter,
  type Limits,
  type LocalLimiter,
  type Reservation,
} from './limiter.ts';
import { openLimiterStore, type StoreAnswer } from './limiter-store.ts';
import { SharedReservation } from './shared-reservation.ts';
import { WINDOW_MS } from './sliding-window.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface SharedLimiter extends Limiter {
  /** Ends the connection; whatever comes after is decided locally. */
  close(): Promise<void>;
}

export interface SharedLimiterDeps {
  /** redis:// or rediss://, with credentials and database if need be. */
  readonly url: string;
  /** Decides while Redis does not answer. Knows all that this process admits, so an outage starts no new minute here. */
  readonly local: LocalLimiter;
  readonly log: Logger;
  /** A slower answer counts as none for that request. */
  readonly timeoutMs?: number;
  readonly timers?: Timers;
}

const TIMEOUT_MS = 50;
/** So many slow answers in a row, and requests stop waiting for Redis until a trial shows it quick again. */
const SLOW_IN_A_ROW = 3;
const TRY_AGAIN_MS = 1_000;
/** No tenant's id, and never refused. */
const TRIAL_KEY = 'trial';
const TRIAL_LIMITS: Limits = { requestsPerMinute: 1_000_000, tokensPerMinute: 0 };
/** How long a start waits for the first connection. */
const START_MS = 1_000;

/**
 * Limits shared by all processes through Redis or Valkey: one script, one round trip a request, time taken from the
 * server. While it is down each process enforces the whole limit for itself (serving goes on; together the processes
 * may admit more), says so once a outage in the log and in `status()`, and returns to Redis by itself. Resolves when
 * connected, or after a second: a Redis that is down keeps nobody from starting.
 */
export async function createSharedLimiter(deps: SharedLimiterDeps): Promise<SharedLimiter> {
  const { local, log, timeoutMs = TIMEOUT_MS, timers = systemTimers } = deps;
  let connected: (() => void) | null = null;
  let isDown = false;
  let slowInARow = 0;
  let isClosed = false;
  let isTrying = false;
  const store = openLimiterStore({ url: deps.url, onReady, onDown: down });

  function onReady(): void {
    up();
    connected?.();
  }

  function up(): void {
    slowInARow = 0;
    if (isDown) log.info('limits: Redis answers again; limits are shared');
    isDown = false;
  }

  function down(error: unknown): void {
    if (isDown || isClosed) return;
    isDown = true;
    log.error({ err: error }, 'limits: Redis does not answer; each process enforces the limits for itself');
  }

  function slow(): void {
    slowInARow += 1;
    if (slowInARow !== SLOW_IN_A_ROW) return;
    down(new Error(`${SLOW_IN_A_ROW} answers in a row took longer than ${timeoutMs} ms`));
    tryAgainLater();
  }

  /** Connected, but of no use: tried now and then until it answers in time. A new connection ends it too. */
  function tryAgainLater(): void {
    if (isTrying) return;
    isTrying = true;
    timers.after(TRY_AGAIN_MS, () => {
      isTrying = false;
      if (!isDown || isClosed || !store.isReady) return;
      const cancel = timers.after(timeoutMs, tryAgainLater);
      store.admit(TRIAL_KEY, TRIAL_LIMITS, 0).then(
        () => {
          cancel();
          if (!isTrying) up();
        },
        () => {
          cancel();
          tryAgainLater();
        },
      );
    });
  }

  function ask(key: string, limits: Limits, tokens: number): Promise<Admission> {
    return new Promise((resolve) => {
      let fallback: Fallback | null = null;
      let isAnswered = false;
      const decideHere = (): void => {
        const admission = local.admit(key, limits, tokens);
        const reservation = admission.reservation && new SharedReservation(store, key, admission.reservation);
        fallback = { reservation };
        resolve({ ...admission, reservation });
      };
      const cancel = timers.after(timeoutMs, () => {
        // If it was we who stood still, the answer lies in the socket and is read before this.
        setImmediate(() => {
          if (isAnswered) return;
          decideHere();
          slow();
        });
      });
      store.admit(key, limits, tokens).then(
        (answer) => {
          isAnswered = true;
          cancel();
          // Too late for this request. What it took there is kept for what was let in here, else given back.
          if (fallback !== null) return claim(fallback.reservation, key, answer.member);
          slowInARow = 0;
          const reservation =
            answer.member === null ? null : new SharedReservation(store, key, local.record(key, tokens));
          claim(reservation, key, answer.member);
          resolve(admissionOf(answer, limits, tokens, reservation));
        },
        (error: unknown) => {
          isAnswered = true;
          cancel();
          if (fallback !== null) return;
          down(error);
          decideHere();
          // Connected all the same (a command refused, a full memory): nobody else would say that it is over.
          if (store.isReady) tryAgainLater();
        },
      );
    });
  }

  function claim(reservation: SharedReservation | null, key: string, member: string | null): void {
    if (member === null) return;
    if (reservation !== null) reservation.attach(member);
    else store.settle(key, member, null).catch(() => undefined);
  }

  store.connect();
  await new Promise<void>((resolve) => {
    const cancel = timers.after(START_MS, resolve);
    connected = () => {
      cancel();
      resolve();
    };
  });
  if (!store.isReady) down(new Error(`no connection within ${START_MS} ms`));

  return {
    admit(key, limits, tokens) {
      const { requestsPerMinute, tokensPerMinute } = limits;
      if (requestsPerMinute === 0 && tokensPerMinute === 0) return UNLIMITED;
      const wanted = wholeTokens(tokens);
      // Redis cannot help a request that never fits; and while it is down nothing waits for it.
      const isTooLarge = tokensPerMinute > 0 && wanted > tokensPerMinute;
      if (isTooLarge || isDown || isClosed || !store.isReady) return local.admit(key, limits, wanted);
      return ask(key, limits, wanted);
    },
    settle: (reservation, actualTokens) => reservation?.settle(actualTokens),
    cancel: (reservation) => reservation?.cancel(),
    status: () => {
      const degraded = isDown || isClosed || !store.isReady;
      return { mode: degraded ? 'local' : 'shared', degraded };
    },
    close() {
      if (!isClosed) store.close();
      isClosed = true;
      return Promise.resolve();
    },
  };
}

/** A request that was decided here because Redis was too slow; its answer may still come. */
interface Fallback {
  readonly reservation: SharedReservation | null;
}

function admissionOf(
  answer: StoreAnswer,
  limits: Limits,
  tokens: number,
  reservation: Reservation | null,
): Admission {
  const allowed = reservation !== null;
  const reason = allowed
    ? null
    : (refusal(limits, answer.usedRequests, answer.usedTokens, tokens) ?? 'requests');
  const usedRequests = answer.usedRequests + (allowed ? 1 : 0);
  const usedTokens = answer.usedTokens + (allowed ? tokens : 0);
  return {
    allowed,
    reason,
    reservation,
    retryAfterMs: allowed ? 0 : Math.min(Math.max(answer.retryAfterMs, 1), WINDOW_MS),
    requests: meter(limits.requestsPerMinute, usedRequests, answer.resetMs),
    tokens: meter(limits.tokensPerMinute, usedTokens, answer.resetMs),
  };
}
