import type { RuleSetDefinition } from './rule-set.ts';

/** What a model costs and can do, ascending. */
export const TIERS = ['micro', 'minimal', 'low', 'medium', 'advanced', 'high', 'ultra', 'critical'] as const;
export type Tier = (typeof TIERS)[number];

export type Complexity = 'simple' | 'medium' | 'complex';

/** Subject of a request, as far as it changes who may answer it. */
export const DOMAINS = [
  'general',
  'code',
  'data',
  'math',
  'science',
  'legal',
  'medical',
  'finance',
  'security',
] as const;
export type Domain = (typeof DOMAINS)[number];

/** What a tenant would rather have: a cheaper model, or a better one. */
export type CostMode = 'economy' | 'balanced' | 'quality';

/**
 * Texts of a request that decide what it is about: bounded, so that all that follows is too. Long texts keep their
 * head and tail (where instructions stand).
 */
export interface RequestTexts {
  /** The last message of a person (not a tool's result). */
  readonly lastUser: string;
  /** The first one, where there are several; else "". */
  readonly firstUser: string;
  /** All system and developer messages. */
  readonly system: string;
  /** Names of the tools that are offered, each on a line; left out where there are none. */
  readonly tools?: string;
}

/** What is measured about a request. Numbers and names only: stored with the log row, shown in the trace. */
export interface Signals {
  /** Estimated prompt tokens: prose, code and CJK weighed apart, tools and images counted. */
  readonly tokens: number;
  readonly images: number;
  readonly audio: number;
  readonly tools: number;
  /** The answer must be JSON: response_format, or a tool that must be called. */
  readonly structuredOutput: boolean;
  /** Messages of a person. */
  readonly turns: number;
  /** Results of tools in the conversation. */
  readonly toolResults: number;
  /** The last message is a tool's result: an agent's loop goes on. */
  readonly continuation: boolean;
  /** The agent framework or client that the system prompt or the tools give away; null = none known. */
  readonly agent: string | null;
  /** Fill-in-the-middle by its real markers. */
  readonly fillInMiddle: boolean;
  /** Programming languages of the code in it. */
  readonly codeLanguages: readonly string[];
  /** ISO 639-1 of the last message; "und" = cannot be told. */
  readonly language: string;
  readonly domain: Domain;
  /** 0 to 1: how much the last message complains about the answers before. */
  readonly frustration: number;
  readonly outputLength: 'short' | 'medium' | 'long';
  /** What the caller allows for the answer; null = it does not say. */
  readonly maxOutputTokens: number | null;
}

/** A category with its calibrated probability. */
export interface Classification {
  readonly category: string;
  /** 0 to 1: how often such an answer is right. */
  readonly confidence: number;
  /** The best few, best first, the category itself included. */
  readonly ranking: readonly { readonly category: string; readonly probability: number }[];
  readonly source: 'local' | 'llm' | 'marker' | 'rule';
  /**
   * Expected lead of a strong model's answer over a weak one's, from −1 to 1 as measured on scored prompts; absent where
   * nobody has estimated it.
   */
  readonly gain?: number;
  /** The LLM classifier's own words; absent for the others. */
  readonly reasoning?: string;
}

/** What a rule or role does when it matches. */
export interface RuleEffect {
  readonly category?: string | undefined;
  readonly tierMin?: Tier | undefined;
  readonly tierMax?: Tier | undefined;
  readonly domain?: Domain | undefined;
  /** Serve with this model: "<id>" or "<provider-slug>/<id>". */
  readonly model?: string | undefined;
}

/** A rule that matched. */
export interface FiredRule {
  readonly kind: 'keyword' | 'role';
  readonly name: string;
  /** Of which rule set. */
  readonly ruleSet: string;
  readonly effect: RuleEffect;
}

/** A rule set, compiled once per snapshot (rules.ts): matching is one pass over the texts. */
export interface CompiledRules {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** What it was compiled from. */
  readonly definition: RuleSetDefinition;
  /** What matches, in the order of the set. */
  match(texts: RequestTexts): readonly FiredRule[];
  readonly thresholds: RuleThresholds;
}

export interface RuleThresholds {
  /** Below it the LLM classifier is asked (where there is one), and the confidence override applies. */
  readonly confidence: number;
}

export interface CategoryView {
  readonly key: string;
  readonly tier: Tier;
  /** The benchmark that tells how good a model is at it. */
  readonly axis: string;
  /** "<id>" or "<provider-slug>/<id>"; null = chosen. */
  readonly defaultModel: string | null;
  readonly requiresVision: boolean;
}

/** One model that the tenant's policy allows, as one provider serves it. */
export interface Candidate {
  /** "<provider-slug>/<id>": unique within a tenant. */
  readonly key: string;
  readonly modelId: string;
  readonly providerId: string;
  readonly tier: Tier | null;
  /** vision, tools, json, audio, …: what the model is known to do; null = nothing is known of it. */
  readonly capabilities: ReadonlySet<string> | null;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** USD per million tokens; null = not known (not: free). */
  readonly inputPer1M: number | null;
  readonly cachedInputPer1M: number | null;
  readonly outputPer1M: number | null;
  /** Benchmark score by axis, 0 to 100; an absent axis is unknown (not: zero). */
  readonly benchmarks: ReadonlyMap<string, number>;
  /** 1 to 100: the administrators' own order within a tier. */
  readonly priority: number;
}

/** Each can be switched and tuned per tenant. */
export interface OverrideSettings {
  readonly vision: { readonly enabled: boolean };
  readonly toolCalls: { readonly enabled: boolean; readonly minTier: Tier };
  /** Uncertain: raised to at least `minTier`, never lowered. */
  readonly confidence: { readonly enabled: boolean; readonly threshold: number; readonly minTier: Tier };
  /** Law, medicine and money get at least `minTier`. */
  readonly domainGate: { readonly enabled: boolean; readonly minTier: Tier };
  readonly conversationTurns: { readonly enabled: boolean; readonly turns: number };
  readonly frustration: { readonly enabled: boolean; readonly threshold: number };
  readonly outputLength: { readonly enabled: boolean; readonly minTier: Tier };
  /** When the conversation has filled this share of its model's window: one tier up. */
  readonly contextFill: { readonly enabled: boolean; readonly share: number };
  /**
   * From the day (UTC) on which the tenant has spent `share` of `dailyBudget` USD: one tier down, never below the floor
   * of a rule. Without a budget it never applies.
   */
  readonly budgetEconomy: {
    readonly enabled: boolean;
    readonly dailyBudget: number | null;
    readonly share: number;
  };
}

/** When requests that name a model are routed all the same. */
export type ForcedMode = 'off' | 'fim_only' | 'smart' | 'all';

/** A tenant's settings of the router, defaults filled in (settings.ts). */
export interface RoutingSettings {
  readonly costMode: CostMode;
  /** −2 to 2: added to every tier. */
  readonly tierBoost: number;
  readonly forced: ForcedMode;
  /** What a request would have cost without routing; null = the strongest candidate of the category's own tier. */
  readonly baselineModel: string | null;
  readonly overrides: OverrideSettings;
  readonly llm: LlmClassifierSettings | null;
}

export interface LlmClassifierSettings {
  /** "<id>" or "<provider-slug>/<id>"; the fallbacks are tried in order within the same time. */
  readonly model: string;
  readonly fallbacks: readonly string[];
  readonly timeoutMs: number;
  readonly strategy: 'metadata_only' | 'truncate' | 'summary';
  /** Asked only when the local confidence is below. */
  readonly threshold: number;
  /** USD a day for all its calls; null = no limit. */
  readonly dailyBudget: number | null;
}

/** All that the router knows of a tenant: part of the snapshot, immutable. */
export interface RoutingView {
  readonly settings: RoutingSettings;
  readonly categories: ReadonlyMap<string, CategoryView>;
  /** The tenant's own rule set first, then the global one. */
  readonly rules: readonly CompiledRules[];
  /** Chat models inside the policy, visible and present. */
  readonly candidates: readonly Candidate[];
}

/** What went before in the same conversation. */
export interface SessionState {
  /** Candidate key of the model that served last. */
  readonly candidate: string;
  readonly category: string;
  readonly tier: Tier;
  /** Prompt tokens of the last request: what its provider is likely to hold in its cache. */
  readonly cachedTokens: number;
  /** Mean of what came in and went out a turn so far. */
  readonly turns: number;
  readonly meanOutputTokens: number;
}

/** What decide() looks at beside the tenant's view. */
export interface RouteRequest {
  readonly signals: Signals;
  readonly texts: RequestTexts;
  /** Given by the LLM classifier; null = the local one decides. */
  readonly classification: Classification | null;
  readonly session: SessionState | null;
  /** The model that the client named, for forced modes and the baseline; null = "auto". */
  readonly named: string | null;
  /** USD that the tenant has spent today. */
  readonly spentToday: number;
}

/** Of a request what is neither measured nor classified: kept with its log row, so that it can be decided again. */
export type RouteGiven = Pick<RouteRequest, 'session' | 'named' | 'spentToday'>;

/** What decide() needs of the world: given, so that it stays pure. */
export interface RouteTools {
  readonly classify: (texts: RequestTexts, signals: Signals) => Classification;
  /** False = the circuit of the provider, or of this model of it, is open. */
  readonly alive: (providerId: string, modelId?: string) => boolean;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
}

export interface ScoredCandidate {
  readonly key: string;
  readonly tier: Tier | null;
  /** Higher is better; null when excluded. */
  readonly score: number | null;
  /** Expected USD of this request; null = its price is not known. */
  readonly cost: number | null;
  /** 0 to 100 on the category's axis, and whether it was taken from its tier's peers for want of its own. */
  readonly quality: number | null;
  readonly imputed: boolean;
  /** Why not; null = it was in the running. */
  readonly excluded: string | null;
}

/** How and why: the whole trace of one decision. */
export interface Decision {
  /** Candidate key; null = nobody can serve it, and `refusal` says why. */
  readonly candidate: string | null;
  readonly refusal: string | null;
  readonly category: string;
  readonly domain: Domain;
  readonly complexity: Complexity;
  readonly tier: Tier;
  readonly confidence: number;
  readonly classification: Classification;
  readonly signals: Signals;
  readonly rules: readonly FiredRule[];
  /** By which rule sets it was decided, in their order; whether any rule of them fired or not. */
  readonly ruleSets: readonly RuleSetVersion[];
  /** In the order in which they fired: "tool_calls", "domain_gate", … */
  readonly overrides: readonly OverrideFired[];
  readonly candidates: readonly ScoredCandidate[];
  /** The rest in the order in which they should be tried if the first fails. */
  readonly alternatives: readonly string[];
  readonly baseline: string | null;
  /** category_default, benchmark_economy|balanced|quality, rule_model, session, forced_keep, only_candidate. */
  readonly selectionMethod: string;
  /** Why the conversation stayed or moved, in USD; null = it is new. */
  readonly session: SessionVerdict | null;
  readonly reasoning: string;
  readonly ms: number;
}

/** Which rule set, as it was then. */
export interface RuleSetVersion {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

export interface OverrideFired {
  readonly name: string;
  readonly from: Tier;
  readonly to: Tier;
}

export interface SessionVerdict {
  readonly stayed: boolean;
  readonly model: string;
  /** Expected USD saved over the rest of the conversation by moving. */
  readonly saving: number;
  /** USD that the lost prompt cache costs. */
  readonly lostCache: number;
}
