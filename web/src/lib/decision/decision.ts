import { higher, lower, readTier, stepOf } from './tiers.ts';
import type { TierName } from './tiers.ts';

/**
 * One decision of the router, as the console shows it. Read from what a log row keeps (`trace.routing`) and from what
 * the test bench answers: the same facts, spelt differently. Every part may be missing in rows of older versions.
 */
export interface Decision {
  /** "<provider slug>/<model id>"; null = nobody could serve it, and `refusal` says why. */
  readonly model: string | null;
  readonly refusal: string | null;
  readonly category: string;
  readonly domain: string;
  readonly tier: TierName;
  readonly confidence: number;
  readonly classification: Classification;
  readonly signals: Readonly<Record<string, unknown>>;
  /** In the order in which they fired. */
  readonly rules: readonly FiredRule[];
  readonly ruleSets: readonly { readonly id: string; readonly name: string; readonly version: number }[];
  readonly overrides: readonly Override[];
  readonly candidates: readonly Candidate[];
  /** A log row keeps the best twenty. */
  readonly candidatesInAll: number;
  /** Who steps in if the chosen one fails, in this order. */
  readonly alternatives: readonly string[];
  readonly baseline: string | null;
  readonly method: string;
  readonly session: Session | null;
  /** What the conversation was with before; only log rows say. */
  readonly before: Before | null;
  /** Milliseconds. */
  readonly ms: number | null;
}

export interface Classification {
  readonly category: string;
  readonly confidence: number;
  readonly ranking: readonly { readonly category: string; readonly probability: number }[];
  /** local, llm, marker or rule. */
  readonly source: string;
  /** How much better a strong model would do than a weak one, as expected; null = nobody has estimated it. */
  readonly gain: number | null;
  readonly reasoning: string | null;
}

export interface FiredRule {
  /** keyword or role. */
  readonly kind: string;
  readonly name: string;
  readonly ruleSet: string;
  readonly effect: Effect;
}

export interface Effect {
  readonly category: string | null;
  readonly tierMin: TierName | null;
  readonly tierMax: TierName | null;
  readonly domain: string | null;
  readonly model: string | null;
}

export interface Override {
  readonly name: string;
  readonly from: TierName;
  readonly to: TierName;
}

export interface Candidate {
  readonly key: string;
  readonly tier: TierName | null;
  readonly score: number | null;
  /** Expected USD of this request. */
  readonly cost: number | null;
  readonly quality: number | null;
  readonly imputed: boolean;
  /** Why it cannot serve; null = it can. */
  readonly excluded: string | null;
}

export interface Session {
  readonly stayed: boolean;
  readonly model: string;
  readonly saving: number;
  readonly lostCache: number;
}

export interface Before {
  readonly model: string;
  readonly tier: TierName | null;
  readonly turns: number;
  readonly cachedTokens: number;
}

/** Null = it is no decision: the request named its model, or a version that nobody understands wrote it. */
export function readDecision(raw: unknown): Decision | null {
  const it = record(raw);
  const tier = readTier(it['tier']);
  if (tier === null || typeof it['category'] !== 'string') return null;
  const candidates = list(it['candidates']).map(readCandidate);
  const confidence = figure(it['confidence']) ?? 0;
  return {
    model: text(it['candidate']) ?? text(it['model']),
    refusal: text(it['refusal']),
    category: it['category'],
    domain: word(it['domain']),
    tier,
    confidence,
    classification: readClassification(it['classification'], it['category'], confidence),
    signals: record(it['signals']),
    rules: list(it['rules']).map(readRule),
    ruleSets: list(it['ruleSets']).map((set) => ({
      id: text(set['id']) ?? '',
      name: text(set['name']) ?? '',
      version: figure(set['version']) ?? 0,
    })),
    overrides: list(it['overrides']).flatMap(readOverride),
    candidates,
    candidatesInAll: figure(it['candidatesInAll']) ?? candidates.length,
    alternatives: texts(it['alternatives']),
    baseline: text(it['baseline']),
    method: text(it['selectionMethod']) ?? '',
    session: readSession(it['session']),
    before: readBefore(record(it['given'])['session']),
    ms: figure(it['ms']) ?? figure(it['analysisTimeMs']),
  };
}

/**
 * Between which tiers the rules that fired have put it: the highest floor, the lowest ceiling. Where two contradict
 * each other, the floor has it.
 */
export function boundsOf({ rules }: Pick<Decision, 'rules'>): {
  readonly floor: TierName | null;
  readonly ceiling: TierName | null;
} {
  const bounds = rules.reduce<{ floor: TierName | null; ceiling: TierName | null }>(
    ({ floor, ceiling }, { effect }) => ({
      floor: higher(floor, effect.tierMin),
      ceiling: lower(ceiling, effect.tierMax),
    }),
    { floor: null, ceiling: null },
  );
  const { floor, ceiling } = bounds;
  return floor !== null && ceiling !== null && stepOf(ceiling) < stepOf(floor)
    ? { floor, ceiling: floor }
    : bounds;
}

/** The tier before anything corrected it. */
export function startOf({ overrides, tier }: Pick<Decision, 'overrides' | 'tier'>): TierName {
  return overrides[0]?.from ?? tier;
}

function readClassification(raw: unknown, category: string, confidence: number): Classification {
  const it = record(raw);
  return {
    category: text(it['category']) ?? category,
    confidence: figure(it['confidence']) ?? confidence,
    ranking: list(it['ranking']).map((guess) => ({
      category: text(guess['category']) ?? '',
      probability: figure(guess['probability']) ?? 0,
    })),
    source: word(it['source']),
    gain: figure(it['gain']),
    reasoning: text(it['reasoning']),
  };
}

function readRule(it: Fields): FiredRule {
  const effect = record(it['effect']);
  const domain = word(effect['domain']);
  return {
    kind: word(it['kind']),
    name: text(it['name']) ?? '',
    ruleSet: text(it['ruleSet']) ?? '',
    effect: {
      category: text(effect['category']),
      tierMin: readTier(effect['tierMin']),
      tierMax: readTier(effect['tierMax']),
      domain: domain === '' ? null : domain,
      model: text(effect['model']),
    },
  };
}

function readOverride(it: Fields): Override[] {
  const [from, to] = [readTier(it['from']), readTier(it['to'])];
  return from === null || to === null ? [] : [{ name: text(it['name']) ?? '', from, to }];
}

function readCandidate(it: Fields): Candidate {
  return {
    key: text(it['key']) ?? '',
    tier: readTier(it['tier']),
    score: figure(it['score']),
    cost: figure(it['cost']),
    quality: figure(it['quality']),
    imputed: it['imputed'] === true,
    excluded: text(it['excluded']),
  };
}

function readSession(raw: unknown): Session | null {
  const it = record(raw);
  const model = text(it['model']);
  if (model === null) return null;
  const [saving, lostCache] = [figure(it['saving']) ?? 0, figure(it['lostCache']) ?? 0];
  return { stayed: it['stayed'] === true, model, saving, lostCache };
}

function readBefore(raw: unknown): Before | null {
  const it = record(raw);
  const model = text(it['candidate']);
  if (model === null) return null;
  return {
    model,
    tier: readTier(it['tier']),
    turns: figure(it['turns']) ?? 0,
    cachedTokens: figure(it['cachedTokens']) ?? 0,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Of an enumeration: in small letters, whoever wrote it. */
function word(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
