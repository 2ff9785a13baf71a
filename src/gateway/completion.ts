import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { boundText, TEXT_LIMITS } from '../accounting/bound-text.ts';
import type { Operation } from '../accounting/record.ts';
import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';
import { authenticate } from './authenticate.ts';
import { asksForRouting } from './auto/route.ts';
import { isRouted, routeStage } from './auto/stage.ts';
import { estimateInputTokens } from './estimate.ts';
import type { Exchange } from './exchange.ts';
import { toGatewayError } from './failure.ts';
import type { DoorCall, GatewayDeps } from './gateway.ts';
import { encodedHeaderText, headerText } from './header-text.ts';
import { gatewayHeaders } from './headers.ts';
import {
  clampTokens,
  outputLimit,
  planTargets,
  refuseBannedRouting,
  refuseForbidden,
  routedOutputLimit,
} from './plan.ts';
import { prepare } from './prepare.ts';
import { ClientGone, MAX_BODY_BYTES, readBody } from './read-body.ts';
import { CLIENT_CLOSED_REQUEST, sendError } from './relay.ts';
import { readChatRequest, readEmbeddingsRequest, type GatewayRequest } from './request.ts';
import { serve } from './serve.ts';
import { billOf, settle, type Ending } from './settle.ts';

/** A body must be there within this time: a slow sender must not hold a place for ever. */
export const BODY_TIMEOUT_MS = 120_000;

/**
 * One chat completion or embeddings call through all stages: authenticate → read → admit → plan → attempt →
 * relay → settle. Everything after authentication ends in exactly one settled row, but for requests that a limit
 * refused (counted in the metrics only: a flood of them must not become a flood of rows).
 *
 * @throws AppError only from authentication and before the account is opened
 */
export async function serveCompletion(
  deps: GatewayDeps,
  call: DoorCall,
  operation: Operation,
): Promise<void> {
  const { req, res, route, insider } = call;
  const { headers } = req;
  const snapshot = deps.snapshot();
  const key =
    insider === null ? authenticate(snapshot, req, route.slug, deps.clock()) : insider.key(snapshot);
  if (!deps.accepting()) {
    throw new AppError(
      'unavailable',
      'The request journal takes nothing right now, so nothing can be accounted for. Try again later.',
      {
        retryAfterMs: 5_000,
      },
    );
  }
  const exchange: Exchange = {
    id: call.id,
    at: deps.clock(),
    startedAt: deps.now(),
    req,
    res,
    operation,
    snapshot,
    key,
    userName:
      insider?.userName ??
      (textHeader(headers, 'x-user') || textHeader(headers, 'x-openwebui-user-name', encodedHeaderText)),
    sessionId: textHeader(headers, 'x-session-id'),
    request: null,
    estimatedInputTokens: 0,
    admission: null,
    plannedMs: 0,
    pinned: false,
    attempts: [],
    attemptStartedAt: null,
    served: null,
    original: null,
    routed: null,
    ttftMs: null,
    captured: snapshot.settings.promptLogging ? [] : null,
    capturedBytes: 0,
    abort: null,
    clientGone: false,
    settled: false,
  };
  watchClient(res, exchange);
  let streamed = false;
  deps.meter.active(1, false);
  try {
    const body = await readBody(req, MAX_BODY_BYTES);
    let request = operation === 'chat' ? readChatRequest(body) : readEmbeddingsRequest(body);
    exchange.request = request;
    exchange.estimatedInputTokens = estimateInputTokens(request);
    const admission = admit(deps, exchange, request);
    if (!(admission instanceof Promise ? await admission : admission)) return;
    let targets: readonly ServedModel[] | null = null;
    if (operation === 'chat' && isRouted(exchange, request)) {
      const refuse = asksForRouting(key.tenant, request.model) ? refuseBannedRouting : refuseForbidden;
      refuse(key.tenant, request.model);
      const stage = await routeStage(deps, exchange, request);
      if (stage.answered) return;
      exchange.request = request = stage.request;
      targets = stage.targets;
    }
    if (targets === null) {
      const plan = planTargets(key.tenant, request.model, operation);
      exchange.pinned = plan.pinned;
      targets = plan.targets;
    }
    exchange.plannedMs = Math.round(deps.now() - exchange.startedAt);
    if (request.stream) {
      streamed = true;
      deps.meter.active(1, true);
      deps.meter.active(-1, false);
    }
    await serve(deps, exchange, targets, (served) =>
      prepare(exchange, request, served, deps.usageRefusals.has(served.provider.id)),
    );
  } catch (error) {
    refuse(deps, exchange, error);
  } finally {
    deps.meter.active(-1, streamed);
  }
}

function watchClient(res: ServerResponse, exchange: Exchange): void {
  // "close" comes once anyway; the wrapper of "once" would only cost.
  res.on('close', () => {
    if (res.writableFinished) return;
    exchange.clientGone = true;
    exchange.abort?.();
  });
}

/** True = let in. False = refused, and the client has been told. Synchronous unless limits are shared. */
function admit(deps: GatewayDeps, exchange: Exchange, request: GatewayRequest): boolean | Promise<boolean> {
  const { tenant } = exchange.key;
  if (tenant.requestsPerMinute === 0 && tenant.tokensPerMinute === 0) return true;
  const tokens = exchange.estimatedInputTokens + askedTokens(tenant, request);
  const admission = deps.limiter.admit(tenant.id, tenant, tokens);
  if (admission instanceof Promise) return admission.then((it) => admitted(deps, exchange, it));
  return admitted(deps, exchange, admission);
}

/**
 * What all answers together may use: the client's limit as it will be sent, or it would be held against more than can
 * come. Of two limits the larger one, because providers differ in which they obey.
 */
function askedTokens(tenant: TenantView, request: GatewayRequest): number {
  const { model, maxTokens, maxCompletionTokens, choices } = request;
  if ((maxTokens ?? maxCompletionTokens) === null || tenant.tokensPerMinute === 0) return 0;
  const asked = Math.max(maxTokens ?? 0, maxCompletionTokens ?? 0);
  const most = asksForRouting(tenant, model) ? routedOutputLimit(tenant) : outputLimit(tenant, model);
  return Math.min((clampTokens(asked, most) ?? asked) * choices, Number.MAX_SAFE_INTEGER);
}

function admitted(
  deps: GatewayDeps,
  exchange: Exchange,
  admission: NonNullable<Exchange['admission']>,
): boolean {
  exchange.admission = admission;
  if (admission.allowed) return true;
  const reason = admission.reason ?? 'requests';
  deps.meter.rejected(exchange.key.tenant.slug, reason);
  exchange.settled = true;
  const message =
    reason === 'request_too_large'
      ? 'This request alone needs more tokens than the tenant may use in a minute. Shorten it or lower max_tokens.'
      : `Rate limit exceeded: the tenant has used up its ${reason} for this minute.`;
  const error = new AppError('rate_limit_exceeded', message, { retryAfterMs: admission.retryAfterMs });
  sendError(exchange.res, error, gatewayHeaders(exchange));
  return false;
}

/** Ends a request that failed before its answer began. */
function refuse(deps: GatewayDeps, exchange: Exchange, thrown: unknown): void {
  const gone = thrown instanceof ClientGone || exchange.clientGone;
  const error = toGatewayError(thrown, exchange.served);
  if (error.code === 'internal' && !gone) {
    deps.log.error({ err: thrown, requestId: exchange.id }, 'gateway: a request failed for a reason of ours');
  }
  if (exchange.settled) {
    // Thrown while the account was closed: all that is left is not to let the client wait.
    sendError(exchange.res, error, gatewayHeaders(exchange));
    return;
  }
  const ending: Ending = {
    status: gone ? 'aborted' : 'error',
    httpStatus: gone ? CLIENT_CLOSED_REQUEST : error.status,
    error: gone ? null : error,
    usage: null,
    estimatedOutputTokens: 0,
  };
  settle(deps, exchange, ending, billOf(exchange, ending), () => {
    if (gone) exchange.res.destroy();
    else sendError(exchange.res, error, gatewayHeaders(exchange));
  });
}

function textHeader(headers: IncomingHttpHeaders, name: string, read = headerText): string {
  const value = headers[name];
  return typeof value === 'string' ? boundText(read(value), TEXT_LIMITS.name) : '';
}
