import { AppError } from '../errors.ts';
import { UpstreamFailure } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import type { Breaker } from '../runtime/breaker.ts';
import type { LearnedWindows } from '../runtime/learned-windows.ts';
import type { ServedModel } from '../runtime/view.ts';
import { attempt, type AttemptOutcome, type AttemptPlan } from './attempt.ts';
import { escapedTokens } from './estimate.ts';
import type { Exchange } from './exchange.ts';
import { BREAKER_OPEN, outcomeOf } from './failure.ts';
import { Outlet, type OutletDeps } from './relay.ts';
import { largerModels, overflows } from './upgrade.ts';
import { refusesUsage, type UsageRefusals } from './usage-refusals.ts';

export interface ServeDeps extends OutletDeps {
  readonly upstream: Upstream;
  readonly breaker: Breaker;
  readonly windows: LearnedWindows;
  readonly usageRefusals: UsageRefusals;
  /** What the last real traffic of a provider showed, for /v1/health. */
  readonly observe: (providerId: string, ok: boolean, error?: string) => void;
  readonly random: () => number;
}

/** More tries than this would only make a caller wait longer for the same error. */
const MAX_TRIES = 5;
/** Before the same provider is tried again, plus as much again at random, so that retries do not come in step. */
const RETRY_DELAY_MS = 150;

/** Prepares one attempt; may throw AppError where the provider's wire format cannot carry the request. */
export type Prepare = (served: ServedModel) => AttemptPlan | Promise<AttemptPlan>;

/**
 * Tries the targets in order until one answers. Before the first byte a failure moves on: to the next target, to
 * a model with a larger window after an overflow, or once more to the only provider. What is thrown has not been
 * told to the client yet.
 *
 * @throws AppError, UpstreamFailure
 */
export async function serve(
  deps: ServeDeps,
  exchange: Exchange,
  targets: readonly ServedModel[],
  prepare: Prepare,
): Promise<void> {
  const outlet = new Outlet(deps, exchange);
  const queue = fitting(deps, exchange, targets);
  let last: UpstreamFailure | null = null;
  let retried = false;
  let shutForMs = Infinity;
  let unfit: AppError | null = null;
  for (let tries = 0; tries < MAX_TRIES;) {
    const served = queue.shift();
    if (served === undefined) break;
    if (!deps.breaker.allows(served.provider.id, served.model.id)) {
      note(deps, exchange, served, deps.now(), BREAKER_OPEN);
      const openFor = deps.breaker.openFor(served.provider.id, served.model.id);
      shutForMs = Math.min(shutForMs, openFor ?? shutForMs);
      continue;
    }
    tries += 1;
    const startedAt = deps.now();
    exchange.served = served;
    const prepared = planFor(prepare, served);
    const plan = prepared instanceof Promise ? await prepared : prepared;
    if (plan instanceof AppError) {
      // Nobody was asked, so that it is no attempt.
      unfit = plan;
      continue;
    }
    exchange.attemptStartedAt = plan instanceof UpstreamFailure ? null : startedAt;
    const outcome: AttemptOutcome =
      plan instanceof UpstreamFailure
        ? { kind: 'failed', failure: plan }
        : await attempt(deps.upstream, exchange, plan, outlet);
    exchange.attemptStartedAt = null;
    judge(deps, exchange, served, startedAt, outcome);
    if (outcome.kind !== 'failed') return;
    last = outcome.failure;
    if (last.kind === 'context_overflow') {
      queue.splice(0, queue.length, ...afterOverflow(deps, exchange, served, last, queue));
      continue;
    }
    if (refusesUsage(last, exchange.request) && !deps.usageRefusals.has(served.provider.id)) {
      deps.usageRefusals.learn(served.provider.id);
      queue.unshift(served);
      continue;
    }
    if (!last.isRetryable) throw last;
    if (queue.length === 0 && !retried && worthRepeating(last)) {
      retried = true;
      await delay(deps, RETRY_DELAY_MS * (1 + deps.random()));
      queue.push(served);
    }
    if (exchange.clientGone) return outlet.aborted(served, null);
  }
  if (last !== null) throw last;
  if (unfit !== null && shutForMs === Infinity) throw unfit;
  throw new AppError(
    'provider_error',
    'Every provider of this model is down at the moment. Try again later.',
    // Before then nobody is asked: a client that comes back sooner only uses up its tries.
    shutForMs === Infinity ? {} : { retryAfterMs: shutForMs },
  );
}

/** What to send, or why it cannot be made; an AppError = this provider's wire format cannot carry the request. */
function planFor(prepare: Prepare, served: ServedModel): Prepared | Promise<Prepared> {
  try {
    const plan = prepare(served);
    return plan instanceof Promise ? plan.catch(failureOnly) : plan;
  } catch (error) {
    return failureOnly(error);
  }
}

type Prepared = AttemptPlan | UpstreamFailure | AppError;

function failureOnly(error: unknown): UpstreamFailure | AppError {
  if (error instanceof UpstreamFailure || error instanceof AppError) return error;
  throw error;
}

function judge(
  deps: ServeDeps,
  exchange: Exchange,
  served: ServedModel,
  startedAt: number,
  outcome: AttemptOutcome,
): void {
  if (outcome.failure !== null) {
    learnFrom(deps, exchange, served, startedAt, outcome.failure);
  } else if (outcome.kind === 'served' || exchange.ttftMs !== null) {
    // A client that left in the middle of an answer has seen the provider well.
    deps.breaker.onSuccess(served.provider.id, served.model.id);
    deps.observe(served.provider.id, true);
  }
}

function learnFrom(
  deps: ServeDeps,
  exchange: Exchange,
  served: ServedModel,
  startedAt: number,
  failure: UpstreamFailure,
): void {
  const outcome = outcomeOf(failure);
  const { id, slug } = served.provider;
  note(deps, exchange, served, startedAt, outcome);
  deps.meter.upstreamFailed(slug, outcome);
  if (failure.kind === 'rejected' || failure.kind === 'context_overflow' || failure.kind === 'rate_limited') {
    deps.breaker.onSuccess(id, served.model.id);
    deps.observe(id, true);
  } else {
    deps.breaker.onFailure(id, failure.kind, served.model.id);
    deps.observe(id, false, HEALTH_TEXT[failure.kind]);
  }
}

/** What /v1/health says of a provider that failed so: bounded texts, nothing of the upstream's own. */
const HEALTH_TEXT = {
  credentials: 'Credentials refused',
  unavailable: 'Provider unavailable',
  connection: 'Connection failed',
  timeout: 'Timed out',
  malformed: 'Unreadable answer',
} as const;

function note(
  deps: ServeDeps,
  exchange: Exchange,
  served: ServedModel,
  startedAt: number,
  outcome: string,
): void {
  const now = deps.now();
  exchange.attempts.push({
    provider: served.provider.slug,
    model: served.model.id,
    startMs: Math.round(startedAt - exchange.startedAt),
    durationMs: Math.round(now - startedAt),
    outcome,
  });
}

/** The targets whose window takes the prompt; if none does, larger models; if there are none, the targets as they are. */
function fitting(deps: ServeDeps, exchange: Exchange, targets: readonly ServedModel[]): ServedModel[] {
  if (exchange.operation !== 'chat') return [...targets];
  const fits = (target: ServedModel): boolean =>
    !overflows(exchange.estimatedInputTokens, deps.windows.windowOf(target));
  let fit = targets.filter(fits);
  const [first] = targets;
  if (fit.length > 0 || first === undefined || exchange.request === null) return fit;
  // Before another model is taken than the one that was asked for, the estimate is made with more care.
  exchange.estimatedInputTokens -= escapedTokens(exchange.request);
  fit = targets.filter(fits);
  if (fit.length > 0) return fit;
  const larger = largerThan(deps, exchange, first, deps.windows.windowOf(first));
  if (larger.length === 0) return [...targets];
  exchange.original = first;
  return larger;
}

function largerThan(
  deps: ServeDeps,
  exchange: Exchange,
  small: ServedModel,
  window: number | null,
): ServedModel[] {
  const { key, estimatedInputTokens, pinned } = exchange;
  const windowOf = (it: ServedModel): number | null => deps.windows.windowOf(it);
  return largerModels(key.tenant, small, window, estimatedInputTokens, windowOf, pinned);
}

function afterOverflow(
  deps: ServeDeps,
  exchange: Exchange,
  small: ServedModel,
  failure: UpstreamFailure,
  queue: readonly ServedModel[],
): ServedModel[] {
  if (failure.contextWindow !== null) {
    const window = {
      providerId: small.provider.id,
      modelId: small.model.id,
      contextWindow: failure.contextWindow,
    };
    deps.windows.learn(small, failure.contextWindow);
    deps.journal.append({ kind: 'window', window }, () => undefined);
  }
  if (exchange.operation !== 'chat') throw failure;
  const known = failure.contextWindow ?? deps.windows.windowOf(small);
  const larger = largerThan(deps, exchange, small, known);
  // The same model elsewhere may have a larger window than here; what is as small is not worth a try.
  const rest = queue.filter((target) => (deps.windows.windowOf(target) ?? 0) > (known ?? 0));
  const next = [...rest, ...larger.filter((it) => !rest.includes(it) && it.model.id !== small.model.id)];
  if (next.length === 0) throw failure;
  exchange.original ??= small;
  return next;
}

function worthRepeating(failure: UpstreamFailure): boolean {
  return failure.kind === 'connection' || failure.kind === 'unavailable' || failure.kind === 'malformed';
}

function delay(deps: ServeDeps, ms: number): Promise<void> {
  return new Promise((resolve) => {
    deps.setTimer(resolve, ms);
  });
}
