import type { RuleSetDefinition } from '../routing/rule-set.ts';

export interface RuleSetResult {
  readonly id: string;
  /** Null = for all tenants. */
  readonly tenantId: string | null;
  readonly name: string;
  readonly description: string;
  /** The one that is in force in its scope: for all tenants, or for its tenant. */
  readonly isDefault: boolean;
  /** 1 at first, one more with each change of the definition. */
  readonly version: number;
  readonly definition: RuleSetDefinition;
  /** Percent of the conversations of its scope that it is tried on, beside the default; null = on none. */
  readonly rolloutShare: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is missing or null stays as it is, or is empty in a new one. */
export interface RuleSetInput {
  /** Required for a new one. */
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Whose it is; null or missing = for all tenants. Never changes. */
  readonly tenantId?: string | null | undefined;
  readonly isDefault?: boolean | null | undefined;
  /** Replaced as a whole; checked by routing/rule-set.ts. */
  readonly definition?: unknown;
  /** Why the definition changes; kept with the version that it becomes. */
  readonly note?: string | null | undefined;
  /** The version that was edited: refused as a conflict when somebody has made another one since. */
  readonly baseVersion?: number | null | undefined;
}
