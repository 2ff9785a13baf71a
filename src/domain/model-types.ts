import type { Benchmarks } from '../catalog/models.ts';
import type { Tier } from '../routing/types.ts';

export { TIERS, type Tier } from '../routing/types.ts';
export type Kind = 'chat' | 'embedding' | 'other';

/** USD for a million tokens; null = not known. */
export interface ModelPrices {
  readonly inputPer1M: number | null;
  readonly cachedInputPer1M: number | null;
  readonly cacheWritePer1M: number | null;
  readonly outputPer1M: number | null;
  readonly reasoningPer1M: number | null;
}

export interface ProviderModelResult extends ModelPrices {
  /** Of the row; a model is addressed by providerId and modelId. */
  readonly id: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly providerSlug: string;
  readonly providerType: string;
  readonly modelId: string;
  readonly name: string;
  readonly kind: Kind;
  readonly ownedBy: string | null;
  readonly capabilities: readonly string[];
  readonly contextWindow: number | null;
  readonly manualContext: boolean;
  readonly learnedContextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly tier: Tier | null;
  readonly categories: readonly string[];
  readonly priority: number;
  readonly notes: string | null;
  readonly manualPricing: boolean;
  readonly visible: boolean;
  /** Entered by hand rather than found by discovery. */
  readonly byHand: boolean;
  readonly missingSince: Date | null;
}

/** What is missing stays. Null = back to automatic (what the catalog knows), or empty for notes. */
export interface ModelUpdateInput {
  readonly name?: string | null | undefined;
  readonly kind?: Kind | null | undefined;
  readonly tier?: Tier | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  /** 1 to 100; the highest of a tier goes first. */
  readonly priority?: number | null | undefined;
  readonly notes?: string | null | undefined;
  /** Any price given sets `manualPricing`; a patch whose prices are all null resets every price to automatic. */
  readonly inputPer1M?: number | null | undefined;
  readonly cachedInputPer1M?: number | null | undefined;
  readonly cacheWritePer1M?: number | null | undefined;
  readonly outputPer1M?: number | null | undefined;
  readonly reasoningPer1M?: number | null | undefined;
  readonly contextWindow?: number | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly visible?: boolean | null | undefined;
}

/** A change to one of several models. */
export interface ModelChange {
  readonly providerId: string;
  readonly modelId: string;
  readonly input: ModelUpdateInput;
}

/** A model that discovery cannot list. */
export interface ModelCreateInput extends ModelUpdateInput {
  readonly modelId: string;
}

export interface ReorderInput {
  readonly tier: Tier;
  /** Best first; at most 100. */
  readonly items: readonly { readonly providerId: string; readonly modelId: string }[];
}

/** What the catalog rates a model with; all of it is our own judgement or published measurements. */
export interface ModelRating {
  readonly family: string | null;
  /** 0 to 100 each; null = nobody has measured it. */
  readonly benchmarks: Benchmarks | null;
  /** Where the catalog has what it knows from; null = it knows nothing. */
  readonly source: string | null;
}

/** What the catalog knows of a model id; a field it does not know is null. */
export interface ModelSuggestion extends ModelPrices {
  readonly modelId: string;
  readonly kind: Kind | null;
  readonly family: string | null;
  readonly vendor: string | null;
  readonly tier: Tier | null;
  readonly categories: readonly string[];
  readonly capabilities: readonly string[];
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** Where it comes from. */
  readonly source: string;
}
