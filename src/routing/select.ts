import { neighbours, rank } from './tiers.ts';
import type {
  Candidate,
  CategoryView,
  CostMode,
  RouteRequest,
  RouteTools,
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
  readonly alive: RouteTools['alive'];
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
 * How much cost weighs beside quality²: score = quality² / cost^exponent, the exponents 2, 1 and 0.3. The tier has
 * taken care of what is good enough; within it, balanced takes a model of twice the price only for 1.4 times the score.
 */
const WEIGHT: Readonly<Record<CostMode, (cost: number) => number>> = {
  economy: (cost) => cost * cost,
  balanced: (cost) => cost,
  quality: (cost) => cost ** 0.3,
};

/** A candidate that can serve, with what it is ordered by. */
interface Entry {
  readonly candidate: Candidate;
  readonly rating: Rating;
  /** How many tiers are looked at before its own. */
  readonly step: number;
}

/** Orders the candidates that can serve a request: tier first, then the score inside it. */
export function select(input: SelectInput): Selection {
  const { view, request, category, tier } = input;
  const needs = needsOf(request.signals, category);
  const rate = createRating(
    view.candidates,
    category?.axis ?? 'intelligence',
    request.signals,
    input.costMode,
  );
  const steps = tierOrder(tier, input.min, input.max);
  const usable: Entry[] = [];
  const scored: ScoredCandidate[] = [];
  for (const candidate of view.candidates) {
    const excluded = whyNot(candidate, needs, input.alive);
    const rating = rate(candidate);
    if (excluded === null) {
      // Whose tier nobody knows comes last: it may be anything.
      const step = candidate.tier === null ? steps.length : steps.indexOf(candidate.tier);
      usable.push({ candidate, rating, step });
    }
    const { score, cost, quality, imputed } = rating;
    scored.push({
      key: candidate.key,
      tier: candidate.tier,
      score: excluded === null ? score : null,
      cost,
      quality,
      imputed,
      excluded,
    });
  }
  const order = usable.sort(compare).map((it) => it.candidate);
  const [method, first] = preferred(input, order);
  return {
    order: first === null ? order : [first, ...order.filter((it) => it !== first)],
    scored,
    method,
  };
}

/** What a request asks of a model. */
interface Needs {
  readonly vision: boolean;
  readonly audio: boolean;
  readonly tools: boolean;
  /** Of the prompt, with some to spare. */
  readonly tokens: number;
  /** Of the answer. */
  readonly answer: number;
}

function needsOf(signals: Signals, category: CategoryView | null): Needs {
  return {
    vision: signals.images > 0 || category?.requiresVision === true,
    audio: signals.audio > 0,
    tools: signals.tools > 0,
    tokens: Math.ceil(signals.tokens * WINDOW_MARGIN),
    answer: signals.maxOutputTokens ?? OUTPUT_TOKENS[signals.outputLength],
  };
}

/** Why a candidate cannot serve at all; null = it can. */
function whyNot(
  { capabilities, contextWindow, maxOutputTokens, modelId, providerId }: Candidate,
  needs: Needs,
  alive: RouteTools['alive'],
): string | null {
  if (!alive(providerId, modelId)) return alive(providerId) ? 'it is down' : 'its provider is down';
  // To be shown an image, a model must be known to see; for the rest it is enough that nothing speaks against it.
  if (needs.vision && capabilities?.has('vision') !== true) return 'not known to see images';
  if (needs.audio && capabilities?.has('audio') !== true) return 'not known to hear audio';
  if (needs.tools && capabilities !== null && !capabilities.has('tools')) return 'cannot call tools';
  const needed = needs.tokens + Math.min(needs.answer, maxOutputTokens ?? needs.answer);
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
  readonly score: number;
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
  const price = pricing(signals);
  const qualities = medians(candidates, (it) => it.benchmarks.get(axis) ?? null);
  const costs = medians(candidates, price);
  return (candidate) => {
    const known = candidate.benchmarks.get(axis) ?? null;
    const cost = price(candidate);
    const quality = known ?? qualities(candidate.tier);
    return {
      score: scoreOf(quality, cost ?? costs(candidate.tier), mode),
      cost,
      quality,
      imputed: known === null || cost === null,
    };
  };
}

/** Expected USD of one answer; null = a price is not known. */
function pricing(signals: Signals): (candidate: Candidate) => number | null {
  const answer = Math.min(
    OUTPUT_TOKENS[signals.outputLength],
    signals.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  return ({ inputPer1M, outputPer1M }) =>
    inputPer1M === null || outputPer1M === null
      ? null
      : (signals.tokens * inputPer1M + answer * outputPer1M) / 1e6;
}

/** Below this, a model is as good as free (a local one): cents more or less must not decide over quality. */
const CHEAPEST = 1e-6;

function scoreOf(quality: number | null, cost: number | null, mode: CostMode): number {
  const good = Math.max(1, quality ?? 50);
  return (good * good) / WEIGHT[mode](Math.max(cost ?? CHEAPEST, CHEAPEST));
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
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** Best score first; then the administrators' own order; then by name, so that the same input gives the same order. */
function compare(a: Entry, b: Entry): number {
  const nearer = a.step - b.step;
  if (nearer !== 0) return nearer;
  const better = b.rating.score - a.rating.score;
  if (better !== 0) return better;
  const preferred = b.candidate.priority - a.candidate.priority;
  return preferred === 0 ? (a.candidate.key < b.candidate.key ? -1 : 1) : preferred;
}
