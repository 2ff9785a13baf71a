import { AppError } from '../../errors.ts';
import type { Classifier } from '../../routing/classifier/classifier.ts';
import { decide } from '../../routing/decide.ts';
import { readSignals, type RequestFeatures } from '../../routing/signals/read-signals.ts';
import { keepsNamed } from '../../routing/keeps-named.ts';
import { secondOpinionOf } from '../../routing/second-opinion.ts';
import type {
  Decision,
  ForcedMode,
  RouteGiven,
  RouteRequest,
  RouteTools,
  RoutingView,
} from '../../routing/types.ts';
import type { Breaker } from '../../runtime/breaker.ts';
import { candidateKey } from '../../runtime/routing-view.ts';
import type { RoutingWorld, ServedModel, TenantView } from '../../runtime/view.ts';
import type { GatewayRequest } from '../request.ts';
import { denied, lacksCandidates, unreadable } from '../plan.ts';
import type { LlmClassifier, LlmUse } from './llm-classifier.ts';
import type { KnownClassifications } from './known-classifications.ts';
import { sessionKey, type SessionMemory } from './sessions.ts';

/** Names that ask for routing. */
const AUTO: readonly string[] = ['auto', 'auto-prism'];

export interface AutoDeps {
  readonly classifier: Pick<Classifier, 'classify'>;
  readonly known: KnownClassifications;
  readonly llm: LlmClassifier;
  readonly sessions: SessionMemory;
  readonly alive: RouteTools['alive'];
  /** USD that a tenant has spent today. */
  readonly spentToday: (tenantId: string) => number;
  readonly now: () => number;
}

/** Who asks, as far as routing cares. */
export interface Asker {
  readonly keyId: string;
  readonly sessionId: string;
  readonly userName: string;
  /** "keep" = the named model stays, "preview" = the decision is the answer; "" = neither. */
  readonly wish: 'keep' | 'preview' | '';
}

/** A request that has been routed. */
export interface Routed {
  readonly decision: Decision;
  /** What it was decided from beside the request itself. */
  readonly given: RouteGiven;
  /** Who serves, and who steps in, in this order; empty = nobody can. */
  readonly targets: readonly ServedModel[];
  /** What the same usage is compared with; null = with what served. */
  readonly baseline: ServedModel | null;
  readonly sessionKey: string;
  readonly uses: readonly LlmUse[];
  /** Only in a preview: the model that the request names would serve all the same. */
  readonly kept: boolean;
}

/** So many others may step in: more tries than this are never made. */
const MAX_TARGETS = 6;

/** Whether a request has to be routed: it asks for it, or its tenant routes what names a model. */
export function mustRoute(
  requested: string,
  tenant: TenantView,
  mode: ForcedMode,
  wish: Asker['wish'],
): boolean {
  const name = tenant.aliases.get(requested) ?? requested;
  // Who only wants to know is never served, whatever is asked for.
  if (AUTO.includes(name) || wish === 'preview') return true;
  // A pinned provider is a decision that somebody has made.
  return mode !== 'off' && wish !== 'keep' && !isPinned(tenant, name);
}

export function asksForRouting(tenant: TenantView, requested: string): boolean {
  return AUTO.includes(tenant.aliases.get(requested) ?? requested);
}

function isPinned(tenant: TenantView, name: string): boolean {
  const slash = name.indexOf('/');
  const known = [...tenant.providers, ...tenant.unreadable];
  return slash > 0 && known.some((provider) => provider.slug === name.slice(0, slash));
}

/**
 * Decides who serves a request. Null = the tenant's forced mode leaves this one to the model that it names.
 *
 * @throws AppError invalid_request
 */
export async function routeRequest(
  deps: AutoDeps,
  world: RoutingWorld,
  tenant: TenantView,
  request: GatewayRequest,
  asker: Asker,
): Promise<Routed | null> {
  const features = readSignals(request.json());
  const key = sessionKey(asker.keyId, asker.sessionId, asker.userName, features.texts);
  const view = world.viewOf(tenant, key);
  const named = asksForRouting(tenant, request.model)
    ? null
    : (tenant.aliases.get(request.model) ?? request.model);
  const isPreview = asker.wish === 'preview';
  const isLeft = named !== null && view.settings.forced === 'fim_only' && !features.signals.fillInMiddle;
  if (isLeft && !isPreview) return null;
  const given: RouteGiven = {
    session: deps.sessions.get(key),
    named,
    spentToday: deps.spentToday(tenant.id),
  };
  const route: RouteRequest = { ...features, ...given, classification: null };
  const tools: RouteTools = {
    // What has begun only now is not worth remembering: most requests are the only one of their conversation.
    classify: (texts, signals) =>
      given.session === null
        ? deps.classifier.classify(texts, signals)
        : deps.known.classify(key, texts, signals),
    alive: deps.alive,
    now: deps.now,
  };
  const first = decide(route, view, tools);
  const { decision, uses } = await secondOpinion(deps, tenant, view, features, route, tools, first);
  const kept =
    named !== null && (isLeft || view.settings.forced === 'off' || keepsNamed(view, decision, named));
  if (kept && !isPreview) return null;
  const byKey = servedByKey(tenant);
  const order = decision.candidate === null ? [] : [decision.candidate, ...decision.alternatives];
  const targets: ServedModel[] = [];
  for (const one of order) {
    const target = byKey.get(one);
    if (target !== undefined) targets.push(target);
    if (targets.length === MAX_TARGETS) break;
  }
  return {
    decision,
    given,
    targets,
    baseline: decision.baseline === null ? null : (byKey.get(decision.baseline) ?? null),
    sessionKey: key,
    uses,
    kept,
  };
}

/** Asks the tenant's LLM classifier where the local one is not sure enough, and decides again with what it says. */
async function secondOpinion(
  deps: AutoDeps,
  tenant: TenantView,
  view: RoutingView,
  { texts, signals }: RequestFeatures,
  route: RouteRequest,
  tools: RouteTools,
  first: Decision,
): Promise<{ readonly decision: Decision; readonly uses: readonly LlmUse[] }> {
  const llm = secondOpinionOf(view, first);
  if (llm === null) return { decision: first, uses: [] };
  const { classification, uses } = await deps.llm.classify(tenant, view, llm, texts, signals);
  if (classification === null) return { decision: first, uses };
  const second = decide({ ...route, classification }, view, tools);
  return { decision: { ...second, ms: first.ms + second.ms }, uses };
}

/** A tenant's models by what the router calls them; a view never changes. */
const served = new WeakMap<TenantView, ReadonlyMap<string, ServedModel>>();

function servedByKey(tenant: TenantView): ReadonlyMap<string, ServedModel> {
  let byKey = served.get(tenant);
  if (byKey === undefined) {
    byKey = new Map([...tenant.modelsById.values()].flat().map((one) => [candidateKey(one), one]));
    served.set(tenant, byKey);
  }
  return byKey;
}

/**
 * Throws the error of a request that nobody can serve: where the policy leaves no model at all it is the policy's word,
 * as for any name. Where providers are missing because their credentials cannot be read, or models are down, one of
 * these might have served: that is no fault of the request, whatever the others cannot do.
 */
export function refuseRouting(
  decision: Decision,
  tenant: TenantView,
  requested: string,
  openFor: Breaker['openFor'],
): never {
  if (lacksCandidates(tenant)) throw unreadable(requested);
  const byKey = servedByKey(tenant);
  const shutForMs = decision.candidates
    .map(({ key }) => byKey.get(key))
    .map((served) => (served === undefined ? 0 : (openFor(served.provider.id, served.model.id) ?? 0)))
    .filter((ms) => ms > 0);
  if (shutForMs.length > 0) {
    throw new AppError(
      'provider_error',
      'What could serve this request is down at the moment. Try again later.',
      { retryAfterMs: Math.min(...shutForMs) },
    );
  }
  if (decision.candidates.length === 0 && tenant.modelsById.size > 0) throw denied(requested);
  throw new AppError('invalid_request', decision.refusal ?? 'No model can serve this request.', {
    param: 'model',
  });
}
