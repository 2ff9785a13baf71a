import type {
  Candidate,
  CategoryView,
  Classification,
  CompiledRules,
  FiredRule,
  RouteRequest,
  RouteTools,
  RoutingView,
  RuleEffect,
} from './types.ts';
import { readRoutingSettings, type StoredRoutingSettings } from './settings.ts';
import { readSignals } from './signals/read-signals.ts';

/** A candidate of the provider "p", with what the test cares for. */
export function candidate(modelId: string, facts: Partial<Candidate> = {}): Candidate {
  return {
    key: `p/${modelId}`,
    modelId,
    providerId: 'p',
    tier: 'medium',
    capabilities: new Set(['tools']),
    contextWindow: 128_000,
    maxOutputTokens: 8_192,
    inputPer1M: 1,
    cachedInputPer1M: 0.1,
    outputPer1M: 4,
    benchmarks: new Map([['intelligence', 60]]),
    priority: 50,
    ...facts,
  };
}

export function category(key: string, facts: Partial<CategoryView> = {}): CategoryView {
  return { key, tier: 'low', axis: 'intelligence', defaultModel: null, requiresVision: false, ...facts };
}

export const CATEGORIES: readonly CategoryView[] = [
  category('smalltalk_simple', { tier: 'minimal' }),
  category('qa_simple', { tier: 'low' }),
  category('code_generation', { tier: 'medium' }),
  category('medical_analysis', { tier: 'critical' }),
  category('coding_autocomplete', { tier: 'micro' }),
  category('vision_simple', { tier: 'minimal', requiresVision: true }),
  category('vision_complex', { tier: 'medium', requiresVision: true }),
  category('vision_critical', { tier: 'high', requiresVision: true }),
];

export function view(
  candidates: readonly Candidate[],
  settings: StoredRoutingSettings = {},
  more: Partial<RoutingView> = {},
): RoutingView {
  return {
    settings: readRoutingSettings(settings),
    categories: new Map(CATEGORIES.map((it) => [it.key, it])),
    rules: [],
    candidates,
    ...more,
  };
}

export function classified(key: string, confidence = 0.9): Classification {
  return {
    category: key,
    confidence,
    ranking: [{ category: key, probability: confidence }],
    source: 'local',
  };
}

export function request(body: Record<string, unknown>, more: Partial<RouteRequest> = {}): RouteRequest {
  const { texts, signals } = readSignals(body);
  return { texts, signals, classification: null, session: null, named: null, spentToday: 0, ...more };
}

export function ask(text: string, more: Record<string, unknown> = {}): RouteRequest {
  return request({ messages: [{ role: 'user', content: text }], ...more });
}

/** Tools that classify everything as told. */
export function tools(key: string, confidence = 0.9, facts: Partial<RouteTools> = {}): RouteTools {
  return { classify: () => classified(key, confidence), alive: () => true, now: () => 0, ...facts };
}

/** One model for easy work, one for most, one for the hardest. */
export const SMALL = candidate('small', { tier: 'minimal', inputPer1M: 0.1, outputPer1M: 0.4 });
export const MIDDLE = candidate('middle', { tier: 'medium' });
export const LARGE = candidate('large', { tier: 'critical', inputPer1M: 15, outputPer1M: 75 });
export const ALL = [SMALL, MIDDLE, LARGE];

/** A rule set whose rules fire whatever the texts are. */
export function rules(...effects: RuleEffect[]): CompiledRules[] {
  const fired = effects.map((effect, index): FiredRule => ({
    kind: 'keyword',
    name: `rule ${index}`,
    ruleSet: 'test',
    effect,
  }));
  const match = () => fired;
  return [{ id: 'test', name: 'test', version: 1, definition: {}, match, thresholds: { confidence: 0.65 } }];
}
