export type ModelMode = 'all' | 'whitelist' | 'blacklist';

export interface ModelConfig {
  readonly mode: ModelMode;
  readonly list: readonly string[];
  /** alias → model name. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What is missing or null stays as it is (or is empty, on creation). */
export interface ModelConfigInput {
  readonly mode?: ModelMode | null | undefined;
  readonly list?: readonly string[] | null | undefined;
  readonly aliases?: Readonly<Record<string, string>> | null | undefined;
}

/** USD for a million tokens. */
export interface TenantPrice {
  readonly inputPer1M: number;
  readonly outputPer1M: number;
  readonly cachedInputPer1M?: number | null | undefined;
  readonly cacheWritePer1M?: number | null | undefined;
  readonly reasoningPer1M?: number | null | undefined;
}

/** 0 = no limit. */
export interface RateLimitInput {
  readonly requestsPerMinute?: number | null | undefined;
  readonly tokensPerMinute?: number | null | undefined;
}

export interface TenantUpdateInput {
  readonly slug?: string | null | undefined;
  readonly name?: string | null | undefined;
  /** In the order in which they are tried. */
  readonly providerIds?: readonly string[] | null | undefined;
  readonly modelConfig?: ModelConfigInput | null | undefined;
  /** routing/settings.ts says what it holds; replaced as a whole, kept as it was given. */
  readonly routing?: Readonly<Record<string, unknown>> | null | undefined;
  readonly rateLimit?: RateLimitInput | null | undefined;
  /** model name → negotiated price; replaced as a whole. */
  readonly pricing?: Readonly<Record<string, TenantPrice>> | null | undefined;
  /** Days that a new key lives; 0 = for ever. */
  readonly keyLifetimeDays?: number | null | undefined;
  readonly active?: boolean | null | undefined;
}

export interface TenantCreateInput extends TenantUpdateInput {
  readonly slug: string;
  readonly name: string;
}

export interface TenantResult {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly active: boolean;
  readonly providerIds: readonly string[];
  readonly modelConfig: ModelConfig;
  readonly routing: Readonly<Record<string, unknown>>;
  readonly rateLimit: { readonly requestsPerMinute: number; readonly tokensPerMinute: number };
  readonly pricing: Readonly<Record<string, TenantPrice>>;
  readonly keyLifetimeDays: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** `apiKey` is shown this once. */
export interface TenantCreated {
  readonly tenant: TenantResult;
  readonly apiKey: string;
  readonly expiresAt: Date | null;
}

/** What went with a removed tenant. Its logs, rollups and audit entries remain. */
export interface TenantRemoved {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly keysRemoved: number;
  /** Users that lost this tenant. */
  readonly usersUpdated: number;
  /** Rule sets that were this tenant's own. */
  readonly ruleSetsRemoved: number;
}
