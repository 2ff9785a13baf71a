import type {
  BenchmarkAxis,
  CategoryRowFragment,
  CreateCategoryInput,
  Tier,
  UpdateCategoryInput,
} from '#lib/generated/graphql.ts';

/** What the form holds; '' as default model = the router chooses. */
export interface CategoryValues extends Record<string, unknown> {
  key: string;
  name: string;
  description: string;
  tier: Tier;
  axis: BenchmarkAxis;
  examples: string[];
  defaultModel: string;
  requiresVision: boolean;
  position: number | null;
}

export const BLANK: CategoryValues = {
  key: '',
  name: '',
  description: '',
  tier: 'MEDIUM',
  axis: 'INTELLIGENCE',
  examples: [],
  defaultModel: '',
  requiresVision: false,
  position: null,
};

export function valuesOf(category: CategoryRowFragment): CategoryValues {
  const { key, name, description, tier, axis, examples, defaultModel, requiresVision, position } = category;
  return {
    key,
    name,
    description,
    tier,
    axis,
    examples: [...examples],
    defaultModel: defaultModel ?? '',
    requiresVision,
    position,
  };
}

/** The fields whose errors the form shows itself. */
export const FIELDS = ['key', 'name', 'description', 'tier', 'axis', 'defaultModel', 'position'] as const;

export function updateOf({ defaultModel, ...patch }: Partial<CategoryValues>): UpdateCategoryInput {
  return { ...patch, ...(defaultModel === undefined ? {} : { defaultModel: modelOrNull(defaultModel) }) };
}

export function createOf({ defaultModel, position, ...values }: CategoryValues): CreateCategoryInput {
  return {
    ...values,
    defaultModel: modelOrNull(defaultModel),
    ...(position === null ? {} : { position }),
  };
}

function modelOrNull(name: string): string | null {
  return name.trim() === '' ? null : name.trim();
}

/** "Review of code" → "review_of_code": a proposal, until somebody types a key. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+/, '')
    .slice(0, 64)
    .replace(/_+$/, '');
}
