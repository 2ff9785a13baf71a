import { costInfo, costOf, ratesFor } from '../accounting/cost.ts';
import { boundText, TEXT_LIMITS } from '../accounting/bound-text.ts';
import type {
  AttemptTrace,
  JournalSink,
  RequestRecord,
  RequestStatus,
  RequestTrace,
} from '../accounting/record.ts';
import { NO_USAGE, type TokenUsage } from '../accounting/usage.ts';
import type { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Limiter } from '../runtime/limiter.ts';
import { candidateKey } from '../runtime/routing-view.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';
import { autoRoutingMember, routedTrace } from './auto/members.ts';
import { asksForRouting } from './auto/route.ts';
import type { SessionMemory } from './auto/sessions.ts';
import { MAX_CAPTURED_BYTES, type Exchange } from './exchange.ts';
import { BREAKER_OPEN } from './failure.ts';
import type { Meter } from './meter.ts';
import { AUTO_MODEL, meantModel } from './plan.ts';

export interface SettleDeps {
  readonly journal: JournalSink;
  readonly limiter: Limiter;
  readonly meter: Meter;
  /** Encrypts what prompt logging keeps (context `snapshot:<requestId>`). */
  readonly encrypt: (plain: string, context: string) => string;
  readonly now: () => number;
  readonly log: Logger;
  /** Where conversations that were routed are remembered. */
  readonly auto: { readonly sessions: Pick<SessionMemory, 'note'> };
}

/** How a request ended. */
export interface Ending {
  readonly status: RequestStatus;
  readonly httpStatus: number;
  readonly error: AppError | null;
  /** As the provider reported it; null = it did not. */
  readonly usage: TokenUsage | null;
  /** True = part of `usage` is a guess. */
  readonly usageGuessed?: boolean;
  /** Taken when `usage` is null: tokens of what the client got, guessed. */
  readonly estimatedOutputTokens: number;
  /** Of a request that ended unanswered: the provider had it, and was still at work. */
  readonly promptSent?: boolean;
}

/** Tokens and money of one request. */
export interface Bill {
  readonly usage: TokenUsage;
  readonly estimated: boolean;
  readonly priced: boolean;
  readonly actualPico: number;
  readonly baselinePico: number;
}

/**
 * What the request cost at the prices of its snapshot. Without reported usage the tokens are estimated, unless nothing
 * was answered; what a client has left while the provider was at it has cost its prompt, for providers bill that. The baseline is the named model, or what the router compares with: it differs from what
 * served after a context fallback or a routing decision.
 */
export function billOf(exchange: Exchange, ending: Ending): Bill {
  const answered =
    ending.usage !== null ||
    ending.estimatedOutputTokens > 0 ||
    ending.status === 'success' ||
    ending.promptSent === true;
  const estimated = answered && (ending.usage === null || ending.usageGuessed === true);
  const usage = ending.usage ?? (answered ? guess(exchange, ending) : NO_USAGE);
  const actual = costOf(usage, exchange.served?.price ?? null);
  const compared = exchange.routed === null ? exchange.original : exchange.routed.baseline;
  const baseline = compared === null ? actual : costOf(usage, compared.price);
  return {
    usage,
    estimated,
    priced: actual.priced,
    actualPico: actual.pico,
    // What is not known to have cost less has saved nothing.
    baselinePico: actual.priced && baseline.priced ? baseline.pico : actual.pico,
  };
}

function guess(exchange: Exchange, ending: Ending): TokenUsage {
  return {
    ...NO_USAGE,
    inputTokens: exchange.estimatedInputTokens,
    outputTokens: ending.estimatedOutputTokens,
  };
}

/** The extra members of an answer (contract §2, "Streaming"): `cost_info` and, after an overflow, `context_fallback`. */
export function answerMembers(exchange: Exchange, bill: Bill): string {
  const { usage } = bill;
  let members = costInfo(bill.actualPico, bill.baselinePico, usage.inputTokens, usage.outputTokens);
  if (fellBack(exchange) && exchange.original !== null && exchange.served !== null) {
    members += `,"context_fallback":${JSON.stringify({
      original_model: exchange.original.model.id,
      fallback_model: exchange.served.model.id,
      reason: 'context_overflow',
    })}`;
  }
  const { routed, served } = exchange;
  if (routed !== null && served !== null) {
    const baseline = routed.baseline?.model.id ?? null;
    members += `,${autoRoutingMember(routed.decision, served.model.id, baseline)}`;
  }
  return members;
}

/** Whether another model serves than would have, but for its window; the same model elsewhere is no fallback. */
function fellBack(exchange: Exchange): boolean {
  return exchange.original !== null && exchange.original.model.id !== exchange.served?.model.id;
}

/**
 * Ends the request's account: limiter trued up, counted, journalled. Exactly once, whoever comes first of done,
 * error and abort; `release` then hands the answer's last byte to the client, after the journal has the entry.
 * Later calls do nothing and never call `release`.
 */
export function settle(
  deps: SettleDeps,
  exchange: Exchange,
  ending: Ending,
  bill: Bill,
  release: () => void,
): void {
  if (exchange.settled) return;
  exchange.settled = true;
  const used = bill.usage.inputTokens + bill.usage.outputTokens;
  if (exchange.admission !== null) deps.limiter.settle(exchange.admission.reservation, used);
  if (ending.status === 'success') rememberTurn(deps, exchange, bill.usage);
  const record = recordOf(deps, exchange, ending, bill);
  deps.meter.observe(record, exchange.key.tenant.slug);
  deps.journal.append({ kind: 'request', request: record }, (error) => {
    if (error !== null) {
      // The client still gets what it paid for; the record survives in the log, whence it can be replayed.
      deps.meter.journalFailed();
      deps.log.error(
        { err: error, record: { ...record, snapshot: null } },
        'journal: an entry could not be written',
      );
    }
    release();
  });
}

/** The conversation's next turn knows what served this one. */
function rememberTurn(deps: SettleDeps, { routed, served }: Exchange, usage: TokenUsage): void {
  if (routed === null || served === null) return;
  const { category, tier } = routed.decision;
  const { inputTokens, outputTokens } = usage;
  deps.auto.sessions.note(routed.sessionKey, {
    candidate: candidateKey(served),
    category,
    tier,
    inputTokens,
    outputTokens,
  });
}

function recordOf(deps: SettleDeps, exchange: Exchange, ending: Ending, bill: Bill): RequestRecord {
  const { served, original, request, routed } = exchange;
  const requested = request?.model ?? '';
  const model = served?.model.id ?? unserved(exchange.key.tenant, requested);
  const now = deps.now();
  const attempts = attemptsOf(exchange, ending, now);
  return {
    id: exchange.id,
    at: exchange.at,
    tenantId: exchange.key.tenant.id,
    keyId: exchange.key.id,
    providerId: served?.provider.id ?? null,
    providerSlug: served?.provider.slug ?? '',
    operation: exchange.operation,
    requestedModel: requested,
    model,
    baselineModel: (routed === null ? original : routed.baseline)?.model.id ?? model,
    category: routed?.decision.category ?? '',
    costTier: routed?.decision.tier ?? served?.model.tier ?? '',
    autoRouted: routed !== null,
    userName: exchange.userName === '' ? boundText(request?.user ?? '', TEXT_LIMITS.name) : exchange.userName,
    sessionId: exchange.sessionId,
    status: ending.status,
    httpStatus: ending.httpStatus,
    errorType: ending.error?.type ?? '',
    errorCode: ending.error?.wireCode ?? '',
    errorMessage: ending.error?.message ?? '',
    streamed: request?.stream ?? false,
    durationMs: Math.round(now - exchange.startedAt),
    ttftMs: exchange.ttftMs,
    attempts: attempts.reduce((calls, it) => (it.outcome === BREAKER_OPEN ? calls : calls + 1), 0),
    contextFallback: fellBack(exchange),
    usage: bill.usage,
    usageEstimated: bill.estimated,
    priced: bill.priced,
    actualCostPico: bill.actualPico,
    baselineCostPico: bill.baselinePico,
    trace: {
      plannedMs: exchange.plannedMs,
      attempts,
      ...termsOf(served, bill),
      ...(routed === null ? {} : { routing: routedTrace(routed) }),
    },
    snapshot: exchange.captured === null ? null : sealSnapshot(deps, exchange, exchange.captured),
  };
}

/** What the log calls a request by that nobody has served: one of few names, whatever the client wrote. */
function unserved(tenant: TenantView, requested: string): string {
  return asksForRouting(tenant, requested) ? AUTO_MODEL : meantModel(tenant, requested);
}

/** What the answer was paid and measured by: both change with time, so the row keeps what held then. */
function termsOf(
  served: ServedModel | null,
  { priced, usage }: Bill,
): Pick<RequestTrace, 'rates' | 'window'> {
  if (served === null) return {};
  const { price, model } = served;
  const window = model.contextWindow === null ? {} : { window: model.contextWindow };
  if (!priced || price === null) return window;
  const { input, cached, cacheWrite, output, reasoning } = ratesFor(price, usage.inputTokens);
  return { rates: [input, cached, cacheWrite, output, reasoning], ...window };
}

/** All attempts; the one that answered, fully or in part, is the last. */
function attemptsOf(exchange: Exchange, ending: Ending, now: number): readonly AttemptTrace[] {
  const { attemptStartedAt: startedAt, served } = exchange;
  if (startedAt === null || served === null) return exchange.attempts;
  const last: AttemptTrace = {
    provider: served.provider.slug,
    model: served.model.id,
    startMs: Math.round(startedAt - exchange.startedAt),
    durationMs: Math.round(now - startedAt),
    outcome: ending.status === 'success' ? 'ok' : ending.status === 'aborted' ? 'aborted' : 'broken',
  };
  return [...exchange.attempts, last];
}

function sealSnapshot(deps: SettleDeps, exchange: Exchange, captured: readonly Buffer[]): string {
  const body = exchange.request?.body ?? Buffer.alloc(0);
  return deps.encrypt(
    JSON.stringify({
      prompt: body.toString('utf8', 0, MAX_CAPTURED_BYTES),
      promptCut: body.length > MAX_CAPTURED_BYTES,
      answer: Buffer.concat(captured).toString('utf8'),
      answerCut: exchange.capturedBytes >= MAX_CAPTURED_BYTES,
    }),
    `snapshot:${exchange.id}`,
  );
}
