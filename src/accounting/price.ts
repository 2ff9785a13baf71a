/** pico-USD (1e-12 USD) for one token = USD for a million tokens × 1e6. Whole numbers. */
export interface Rates {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly inputAudio: number;
  readonly output: number;
  readonly reasoning: number;
  readonly outputAudio: number;
}

/** What a model costs. Above a tier's threshold of prompt tokens the whole request is priced at that tier. */
export interface Price {
  readonly base: Rates;
  /** Ascending by threshold. */
  readonly tiers: readonly { readonly overInputTokens: number; readonly rates: Rates }[];
  /** Where it comes from. */
  readonly source: 'tenant' | 'manual' | 'provider' | 'catalog';
}
