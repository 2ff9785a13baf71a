import { applyOverrides } from './overrides.ts';
import { isNamed, select, type Selection } from './select.ts';
import { judgeSession } from './session.ts';
import { atLeast, atMost, complexityOf, likelyTier, rank, shift } from './tiers.ts';
import type {
  Candidate,
  CategoryView,
  Classification,
  Decision,
  Domain,
  FiredRule,
  RouteRequest,
  RouteTools,
  RoutingView,
  SessionVerdict,
  Tier,
} from './types.ts';

/**
 * Chooses the cheapest model that will do the job, and says why. The one decision function: the gateway, the test
 * bench, the simulation and the tests call it. Pure: the same request, view and tools give the same decision (but for
 * `ms`). Never chooses outside `view.candidates`, which hold nothing that the tenant's policy forbids.
 */
export function decide(request: RouteRequest, view: RoutingView, tools: RouteTools): Decision {
  const startedAt = tools.now();
  const { signals, texts } = request;
  const rules = view.rules.flatMap((set) => set.match(texts));
  const effect = combine(rules);
  const classification = classify(request, tools, effect.category);
  const category = categoryOf(view, classification.category, signals.images > 0);
  const domain = effect.domain ?? signals.domain;
  const needed = tierOf(view, category, classification);
  const wanted = bounded(shift(needed, view.settings.tierBoost), effect);
  const { tier: overridden, fired } = applyOverrides(wanted, {
    request,
    settings: view.settings,
    confidence: classification.confidence,
    domain,
    floor: effect.min,
    fill: fillOf(request, view),
  });
  // What an override raises counts for more than a rule's ceiling; what one lowers never goes below its floor.
  const tier = effect.min === null ? overridden : atLeast(overridden, effect.min);
  const selection = select({
    view,
    request,
    category,
    tier,
    min: effect.min,
    max: effect.max === null ? null : atLeast(effect.max, tier),
    pinned: effect.model,
    costMode: view.settings.costMode,
    alive: tools.alive,
  });
  const kept = stay(request, selection, tier);
  const order = kept?.order ?? selection.order;
  const [chosen] = order;
  const method = kept?.verdict.stayed === true ? 'session' : selection.method;
  return {
    candidate: chosen?.key ?? null,
    refusal: chosen === undefined ? refusalOf(selection) : null,
    category: category?.key ?? classification.category,
    domain,
    complexity: complexityOf(tier),
    tier,
    confidence: classification.confidence,
    classification,
    signals,
    rules,
    ruleSets: view.rules.map(({ id, name, version }) => ({ id, name, version })),
    overrides: fired,
    candidates: selection.scored,
    alternatives: order.slice(1).map((it) => it.key),
    baseline: baselineOf(request, view),
    selectionMethod: method,
    session: kept?.verdict ?? null,
    reasoning: reason({ classification, category, needed, tier, rules, fired, method, chosen }),
    ms: Math.max(0, tools.now() - startedAt),
  };
}

/** So many of the ranking are stored with a log row, and more are not looked at: a stored request is decided alike. */
const LOOKED_AT = 3;

/** So great an expected gain (one exam question in fourteen, hardly another prompt) is worth the higher tier in question. */
const GREAT_GAIN = 0.25;
/** With less than this a category is not in question. */
const IN_QUESTION = 0.15;

/**
 * The category's tier; or a higher one, where the likeliest category is so little ahead that the others together make a
 * higher tier likelier, or where a strong model would gain much and such a tier is in question at all. Never a lower
 * one: what may be critical is treated so.
 */
function tierOf(view: RoutingView, category: CategoryView | null, classification: Classification): Tier {
  if (category === null) return 'medium';
  if (category.key !== classification.category) return category.tier;
  const ranking = classification.ranking.slice(0, LOOKED_AT);
  const known = (key: string): Tier | null => view.categories.get(key)?.tier ?? null;
  const likely = atLeast(category.tier, likelyTier(ranking, known) ?? category.tier);
  if ((classification.gain ?? 0) < GREAT_GAIN) return likely;
  return ranking
    .filter((it) => it.probability >= IN_QUESTION)
    .reduce((tier, it) => atLeast(tier, known(it.category) ?? tier), likely);
}

interface Combined {
  readonly category: string | null;
  readonly min: Tier | null;
  readonly max: Tier | null;
  readonly domain: Domain | null;
  readonly model: string | null;
}

/** The first rule that names a category, domain or model has it; of the bounds, the highest floor and lowest ceiling. */
function combine(rules: readonly FiredRule[]): Combined {
  let [category, min, max, domain, model]: [
    string | null,
    Tier | null,
    Tier | null,
    Domain | null,
    string | null,
  ] = [null, null, null, null, null];
  for (const { effect } of rules) {
    category ??= effect.category ?? null;
    domain ??= effect.domain ?? null;
    model ??= effect.model ?? null;
    if (effect.tierMin !== undefined) min = min === null ? effect.tierMin : atLeast(min, effect.tierMin);
    if (effect.tierMax !== undefined) max = max === null ? effect.tierMax : atMost(max, effect.tierMax);
  }
  // Two rules that contradict each other: the one that protects quality has it.
  if (min !== null && max !== null && rank(max) < rank(min)) max = min;
  return { category, min, max, domain, model };
}

function classify(request: RouteRequest, tools: RouteTools, ruled: string | null): Classification {
  if (request.signals.fillInMiddle) return certain('coding_autocomplete', 'marker', 0.99);
  if (ruled !== null) return certain(ruled, 'rule', 1);
  return request.classification ?? tools.classify(request.texts, request.signals);
}

function certain(category: string, source: Classification['source'], confidence: number): Classification {
  return { category, confidence, ranking: [{ category, probability: confidence }], source };
}

/** Kinds of task whose image variant has a category of its own, by how much they need. */
const VISION_BY_COMPLEXITY = {
  simple: 'vision_simple',
  medium: 'vision_complex',
  complex: 'vision_critical',
} as const;

/** The tenant's category; with images in the request, the one for images that is as demanding. */
function categoryOf(view: RoutingView, key: string, hasImages: boolean): CategoryView | null {
  const category = view.categories.get(key) ?? null;
  if (!hasImages || category?.requiresVision === true) return category;
  const seeing = view.categories.get(VISION_BY_COMPLEXITY[complexityOf(category?.tier ?? 'medium')]);
  return seeing ?? category;
}

function bounded(tier: Tier, { min, max }: Combined): Tier {
  const capped = max === null ? tier : atMost(tier, max);
  return min === null ? capped : atLeast(capped, min);
}

function fillOf({ session, signals }: RouteRequest, view: RoutingView): number | null {
  if (session === null) return null;
  const window = view.candidates.find((it) => it.key === session.candidate)?.contextWindow ?? null;
  return window === null ? null : signals.tokens / window;
}

function stay(
  request: RouteRequest,
  selection: Selection,
  tier: Tier,
): { readonly verdict: SessionVerdict; readonly order: readonly Candidate[] } | null {
  const [chosen] = selection.order;
  if (request.session === null || chosen === undefined || selection.method === 'rule_model') return null;
  const verdict = judgeSession(request.session, chosen, selection.order, tier, request.signals);
  if (verdict === null) return null;
  if (!verdict.stayed) return { verdict, order: selection.order };
  const first = selection.order.filter((it) => it.key === verdict.model);
  return { verdict, order: [...first, ...selection.order.filter((it) => it.key !== verdict.model)] };
}

/** What the same usage is compared with: the model that was named, else the tenant's own; null = nothing to compare. */
function baselineOf(request: RouteRequest, view: RoutingView): string | null {
  const name = request.named ?? view.settings.baselineModel;
  if (name === null) return null;
  return view.candidates.find((it) => isNamed(it, name))?.key ?? name;
}

function refusalOf({ scored }: Selection): string {
  if (scored.length === 0) return 'The tenant may use no chat model.';
  const reasons = new Set(scored.map((it) => it.excluded).filter((it) => it !== null));
  return `No model can serve this request: ${[...reasons].slice(0, 3).join('; ')}.`;
}

interface Reasons {
  readonly classification: Classification;
  readonly category: CategoryView | null;
  /** The tier before rules and overrides. */
  readonly needed: Tier;
  readonly tier: Tier;
  readonly rules: readonly FiredRule[];
  readonly fired: readonly { readonly name: string }[];
  readonly method: string;
  readonly chosen: Candidate | undefined;
}

function reason({ classification, category, needed, tier, rules, fired, method, chosen }: Reasons): string {
  const { source, confidence } = classification;
  const how = {
    local: 'classified locally',
    llm: 'classified by a model',
    marker: 'fill-in-the-middle markers',
    rule: `rule "${rules.find((it) => it.effect.category !== undefined)?.name ?? ''}"`,
  }[source];
  const parts = [`${category?.key ?? 'unknown category'} (${how}, ${Math.round(confidence * 100)} % sure)`];
  if (category !== null && needed !== category.tier)
    parts.push(`what else it may be makes ${needed} likelier`);
  if (fired.length > 0) parts.push(`raised or lowered by ${fired.map((it) => it.name).join(', ')}`);
  parts.push(chosen === undefined ? `tier ${tier}` : `tier ${tier}: ${chosen.modelId} by ${method}`);
  return parts.join('; ');
}
