import { neighbours, rank } from './tiers.ts';
import type {
  Candidate,
  CategoryView,
  CostMode,
  RouteRequest,
  RoutingView,
  ScoredCandidate,
  Signals,
  Tier,
} from './types.ts';

export interface SelectInput {
  readonly view: RoutingView;
  readonly request: RouteRequest;
  readonly category: CategoryView | null;
  readonly tier: Tier;
  /** Bounds that rules have set; the tier lies within. */
  readonly min: Tier | null;
  readonly max: Tier | null;
  /** "<id>" or "<provider-slug>/<id>" that a rule wants. */
  readonly pinned: string | null;
  readonly costMode: CostMode;
  readonly alive: (providerId: string) => boolean;
}

export interface Selection {
  /** In the order in which they should be tried; empty = nobody can. */
  readonly order: readonly Candidate[];
  readonly scored: readonly ScoredCandidate[];
  readonly method: string;
}

/** Tokens of an answer that nobody has limited, by the length that is asked for. */
export const OUTPUT_TOKENS = { short: 150, medium: 600, long: 2_500 } as const;
/** The estimate of the prompt is a guess: so much of the window stays free beyond it. */
const WINDOW_MARGIN = 1.15;
/**
 * How much cost and quality weigh: score = quality^QUALITY / cost^exponent. The tier has taken care of what is good
 * enough; within it, balanced takes a model of twice the price only for 1.4 times the score.
 */
const QUALITY = 2;
const COST_EXPONENT: Readonly<Record<CostMode, number>> = { economy: 2, balanced: 1, quality: 0.3 };

/** Orders the candidates that can serve a request: tier first, then the score inside it. */
export function select(input: SelectInput): Selection {
  const { view, request, category, tier } = input;
  const needsVision = request.signals.images > 0 || category?.requiresVision === true;
  const usable: Candidate[] = [];
  const excluded = new Map<string, string>();
  for (const candidate of view.candidates) {
    const reason = whyNot(candidate, request.signals, needsVision, input.alive);
    if (reason === null) usable.push(candidate);
    else excluded.set(candidate.key, reason);
  }
  const axis = category?.axis ?? 'intelligence';
  const rate = createRating(view.candidates, axis, request.signals, input.costMode);
  const rated = new Map(usable.map((candidate) => [candidate.key, rate(candidate)]));
  const steps = tierOrder(tier, input.min, input.max);
  // Whose tier nobody knows comes last: it may be anything.
  const stepOf = (it: Candidate): number => (it.tier === null ? steps.length : steps.indexOf(it.tier));
  const order = usable.toSorted((a, b) => stepOf(a) - stepOf(b) || compare(a, b, rated));
  const [method, first] = preferred(input, order);
  return {
    order: first === null ? order : [first, ...order.filter((it) => it !== first)],
    scored: view.candidates.map((candidate) => {
      const { key } = candidate;
      const { score, cost, quality, imputed } = rated.get(key) ?? rate(candidate);
      const why = excluded.get(key) ?? null;
      return {
        key,
        tier: candidate.tier,
        score: why === null ? score : null,
        cost,
        quality,
        imputed,
        excluded: why,
      };
    }),
    method,
  };
}

/** Why a candidate cannot serve at all; null = it can. */
function whyNot(
  { capabilities, contextWindow, maxOutputTokens, providerId }: Candidate,
  signals: Signals,
  needsVision: boolean,
  alive: (providerId: string) => boolean,
): string | null {
  if (!alive(providerId)) return 'its provider is down';
  // To be shown an image, a model must be known to see; for the rest it is enough that nothing speaks against it.
  if (needsVision && capabilities?.has('vision') !== true) return 'not known to see images';
  if (signals.audio > 0 && capabilities?.has('audio') !== true) return 'not known to hear audio';
  if (signals.tools > 0 && capabilities !== null && !capabilities.has('tools')) return 'cannot call tools';
  const answer = signals.maxOutputTokens ?? OUTPUT_TOKENS[signals.outputLength];
  const reserve = Math.min(answer, maxOutputTokens ?? answer);
  const needed = Math.ceil(signals.tokens * WINDOW_MARGIN) + reserve;
  if (contextWindow !== null && contextWindow < needed) {
    return `its context window of ${contextWindow} tokens is too small for about ${needed}`;
  }
  return null;
}

/** The tier, its neighbours (upward first), and only then what lies outside the bounds of the rules: upward first, too. */
function tierOrder(tier: Tier, min: Tier | null, max: Tier | null): readonly Tier[] {
  const inside = (it: Tier): boolean =>
    (min === null || rank(it) >= rank(min)) && (max === null || rank(it) <= rank(max));
  const all = neighbours(tier);
  return [...all.filter(inside), ...all.filter((it) => !inside(it))];
}

/** A rule's model, else the category's own if the tier has not been raised above it, else the best of the order. */
function preferred(input: SelectInput, order: readonly Candidate[]): [string, Candidate | null] {
  const { category, pinned, tier, costMode } = input;
  const ruled = pinned === null ? undefined : order.find((it) => isNamed(it, pinned));
  if (ruled !== undefined) return ['rule_model', ruled];
  const [best] = order;
  if (category?.defaultModel != null && rank(tier) <= rank(category.tier)) {
    const { defaultModel } = category;
    const own = order.find((it) => isNamed(it, defaultModel));
    if (own !== undefined) return ['category_default', own];
  }
  if (order.length === 1) return ['only_candidate', best ?? null];
  return [`benchmark_${costMode}`, null];
}

/** Whether a name ("<id>" or "<provider-slug>/<id>") means this candidate. */
export function isNamed(candidate: Candidate, name: string): boolean {
  return candidate.key === name || candidate.modelId === name;
}

interface Rating {
  readonly score: number | null;
  readonly cost: number | null;
  readonly quality: number | null;
  readonly imputed: boolean;
}

/** What is not known is taken from the tier's peers (median), and said to be; never free and never zero. */
function createRating(
  candidates: readonly Candidate[],
  axis: string,
  signals: Signals,
  mode: CostMode,
): (candidate: Candidate) => Rating {
  const qualities = medians(candidates, (it) => it.benchmarks.get(axis) ?? null);
  const costs = medians(candidates, (it) => costOf(it, signals));
  return (candidate) => {
    const known = candidate.benchmarks.get(axis) ?? null;
    const price = costOf(candidate, signals);
    const quality = known ?? qualities(candidate.tier);
    const cost = price ?? costs(candidate.tier);
    return {
      score: scoreOf(quality, cost, mode),
      cost: price,
      quality,
      imputed: known === null || price === null,
    };
  };
}

/** Expected USD of one answer; null = a price is not known. */
export function costOf({ inputPer1M, outputPer1M }: Candidate, signals: Signals): number | null {
  if (inputPer1M === null || outputPer1M === null) return null;
  const answer = Math.min(
    OUTPUT_TOKENS[signals.outputLength],
    signals.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  return (signals.tokens * inputPer1M + answer * outputPer1M) / 1e6;
}

/** Below this, a model is as good as free (a local one): cents more or less must not decide over quality. */
const CHEAPEST = 1e-6;

function scoreOf(quality: number | null, cost: number | null, mode: CostMode): number {
  const good = Math.max(1, quality ?? 50) ** QUALITY;
  return good / Math.max(cost ?? CHEAPEST, CHEAPEST) ** COST_EXPONENT[mode];
}

/** The median by tier, of all where a tier has none; null = nobody has one. */
function medians(
  candidates: readonly Candidate[],
  valueOf: (candidate: Candidate) => number | null,
): (tier: Tier | null) => number | null {
  const known = (some: readonly Candidate[]): number[] => some.map(valueOf).filter((it) => it !== null);
  // Worked out when first asked for: where everything is known, nobody asks.
  const found = new Map<Tier | null, number | null>();
  return (tier) => {
    let its = found.get(tier);
    if (its === undefined) {
      its = median(known(candidates.filter((it) => it.tier === tier))) ?? median(known(candidates));
      found.set(tier, its);
    }
    return its;
  };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** Best score first; then the administrators' own order; then by name, so that the same input gives the same order. */
function compare(a: Candidate, b: Candidate, rated: ReadonlyMap<string, Rating>): number {
  const difference = (rated.get(b.key)?.score ?? 0) - (rated.get(a.key)?.score ?? 0);
  if (difference !== 0) return difference;
  if (a.priority !== b.priority) return b.priority - a.priority;
  return a.key < b.key ? -1 : 1;
}
