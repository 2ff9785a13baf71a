import type { Axis } from '../catalog/benchmarks.ts';
import type { Tier } from './model-types.ts';

export interface CategoryResult {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly tier: Tier;
  readonly axis: Axis;
  readonly examples: readonly string[];
  /** "<model id>" or "<provider-slug>/<model id>"; null = the router chooses. */
  readonly defaultModel: string | null;
  /** A preset has set it, so a preset may replace it. */
  readonly presetDefault: boolean;
  readonly requiresVision: boolean;
  readonly position: number;
  readonly builtIn: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is missing or null stays as it is, but `defaultModel: null` takes the default away. */
export interface CategoryUpdateInput {
  /** Of a built-in category: fixed. */
  readonly key?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly tier?: Tier | null | undefined;
  readonly axis?: Axis | null | undefined;
  readonly examples?: readonly string[] | null | undefined;
  readonly defaultModel?: string | null | undefined;
  readonly requiresVision?: boolean | null | undefined;
  readonly position?: number | null | undefined;
}

export interface CategoryCreateInput extends CategoryUpdateInput {
  readonly key: string;
  readonly name: string;
  readonly tier: Tier;
}

export interface DefaultsReset {
  /** How many deleted built-in categories are back. */
  readonly created: number;
  /** How many categories there are now. */
  readonly total: number;
}

/** A profile that can be applied; `categories` are those of its keys that exist now, in their order. */
export interface PresetResult {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly color: string;
  readonly icon: string;
  readonly categories: readonly string[];
}

export interface ApplyPresetInput {
  readonly profileIds: readonly string[];
  /** Only models of this provider; of all active ones when missing. */
  readonly providerId?: string | null | undefined;
}

export interface Assignment {
  readonly category: string;
  /** As it stands in the category now. */
  readonly model: string;
  /** The category's. */
  readonly tier: Tier;
  /** The model's benchmark on the category's axis, 0 to 100. */
  readonly score: number;
}

/** Why a category got no new default. */
export type SkipReason = 'set_by_hand' | 'no_model' | 'unchanged';

export interface PresetApplied {
  readonly profiles: readonly string[];
  readonly categoriesConsidered: number;
  readonly updated: number;
  readonly skipped: number;
  readonly assignments: readonly Assignment[];
  readonly skippedCategories: readonly { readonly category: string; readonly reason: SkipReason }[];
}

/** How good a category's default model is at it. */
export interface CategoryStanding {
  readonly category: string;
  /** 0 to 100 on the category's axis; null = no default, or nobody has measured it. */
  readonly score: number | null;
  /** The model that a preset would give it, whatever it has; null = no benchmarked model can do it. */
  readonly bestModel: string | null;
  readonly bestScore: number | null;
}
