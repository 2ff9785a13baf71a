import type { ServedModel } from '../../runtime/view.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayDeps } from '../gateway.ts';
import { gatewayHeaders } from '../headers.ts';
import type { GatewayRequest } from '../request.ts';
import { classifierRecord } from './account.ts';
import { decisionTrace } from './members.ts';
import { hasKeepToken, withoutKeepToken } from './opt-out.ts';
import { asksForRouting, mustRoute, refuseRouting, routeRequest, type Asker, type Routed } from './route.ts';

/** What became of a request at this stage. */
export interface Stage {
  /** As it goes on: without the keep token, if it held one. */
  readonly request: GatewayRequest;
  /** Null = the model that it names serves. */
  readonly targets: readonly ServedModel[] | null;
  /** The client has its answer: the decision was all that it wanted. */
  readonly answered: boolean;
}

/** Whether a request passes the router at all: nothing else is paid by those that do not. */
export function isRouted({ snapshot, key, req }: Exchange, request: GatewayRequest): boolean {
  const { forced } = snapshot.routing.viewOf(key.tenant).settings;
  return mustRoute(request.model, key.tenant, forced, wishOf(req.headers['x-prism-routing']));
}

/**
 * Routes a request for which `isRouted` has said yes.
 *
 * @throws AppError invalid_request, access_denied or provider_error where nobody can serve it
 */
export async function routeStage(
  deps: GatewayDeps,
  exchange: Exchange,
  given: GatewayRequest,
): Promise<Stage> {
  let request = given;
  const { snapshot, key, req } = exchange;
  const asker: Asker = {
    keyId: key.id,
    sessionId: exchange.sessionId,
    userName: exchange.userName,
    wish: wishOf(req.headers['x-prism-routing']),
  };
  if (hasKeepToken(given)) {
    request = withoutKeepToken(given);
    const isKept = !asksForRouting(key.tenant, request.model) && asker.wish !== 'preview';
    if (isKept) return { request, targets: null, answered: false };
  }
  const routed = await routeRequest(deps.auto, snapshot.routing, key.tenant, request, asker);
  if (routed === null) return { request, targets: null, answered: false };
  exchange.routed = routed;
  for (const use of routed.uses) {
    deps.journal.append(
      { kind: 'request', request: classifierRecord(exchange, use, deps.newId()) },
      () => undefined,
    );
  }
  if (asker.wish === 'preview') {
    answerPreview(deps, exchange, routed);
    return { request, targets: [], answered: true };
  }
  if (routed.targets.length === 0) {
    refuseRouting(routed.decision, key.tenant, given.model, deps.breaker.openFor);
  }
  return { request, targets: routed.targets, answered: false };
}

function wishOf(header: string | string[] | undefined): Asker['wish'] {
  return header === 'keep' || header === 'preview' ? header : '';
}

/** The decision itself as the answer: nothing is called, nothing is used, so nothing is logged. */
function answerPreview(deps: GatewayDeps, exchange: Exchange, { decision, kept }: Routed): void {
  exchange.settled = true;
  if (exchange.admission !== null) deps.limiter.settle(exchange.admission.reservation, 0);
  const body = Buffer.from(
    JSON.stringify({ object: 'routing.decision', keepsNamedModel: kept, ...decisionTrace(decision) }),
  );
  const headers = gatewayHeaders(exchange);
  headers.push('content-type', 'application/json', 'content-length', String(body.length));
  exchange.res.writeHead(200, headers);
  exchange.res.end(body);
}
