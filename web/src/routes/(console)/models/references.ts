import type { ModelReferencesQuery } from '#lib/generated/graphql.ts';

/** A place where a model is named. */
export interface Reference {
  readonly kind: 'alias' | 'list' | 'category' | 'rule';
  /** "best" of an alias; else where it is: the name of the tenant, category or rule set. */
  readonly label: string;
  /** A sentence. */
  readonly text: string;
  readonly href: string;
}

/** By the name that is used there: "gpt-4o" or "openai/gpt-4o". */
export function referencesOf(data: ModelReferencesQuery | null): ReadonlyMap<string, readonly Reference[]> {
  const found = new Map<string, Reference[]>();
  const add = (model: string, reference: Reference) =>
    void found.set(model, [...(found.get(model) ?? []), reference]);
  for (const { id, name, modelConfig } of data?.tenants ?? []) {
    const href = `/tenants/${id}/access`;
    for (const [alias, model] of Object.entries(modelConfig.aliases)) {
      add(model, { kind: 'alias', label: alias, text: `“${alias}” of ${name} means it`, href });
    }
    if (modelConfig.mode === 'ALL') continue;
    const word = modelConfig.mode === 'WHITELIST' ? 'allows' : 'keeps out';
    for (const model of modelConfig.list)
      add(model, { kind: 'list', label: name, text: `${name} ${word} it`, href });
  }
  for (const { id, name, defaultModel } of data?.categories ?? []) {
    if (defaultModel === null) continue;
    const href = `/categories/${id}`;
    add(defaultModel, { kind: 'category', label: name, text: `Default of the category ${name}`, href });
  }
  for (const { id, name, definition } of data?.ruleSets ?? []) {
    for (const model of ruleModels(definition)) {
      add(model, { kind: 'rule', label: name, text: `A rule of ${name} chooses it`, href: `/routing/${id}` });
    }
  }
  return found;
}

/** Of one model: by its bare id (whichever provider) and pinned to its provider. */
export function namedBy(
  references: ReadonlyMap<string, readonly Reference[]>,
  model: { readonly modelId: string; readonly provider: { readonly slug: string } },
): readonly (Reference & { readonly pinned: boolean })[] {
  return [
    ...(references.get(`${model.provider.slug}/${model.modelId}`) ?? []).map((one) => ({
      ...one,
      pinned: true,
    })),
    ...(references.get(model.modelId) ?? []).map((one) => ({ ...one, pinned: false })),
  ];
}

/** The models that rules of a set choose; the definition is JSON that may be of a later version. */
function ruleModels(definition: Readonly<Record<string, unknown>>): readonly string[] {
  const parts = [definition['rules'], definition['systemPromptRoles']];
  return parts.flatMap((rules) => (Array.isArray(rules) ? rules.flatMap(modelOf) : []));
}

function modelOf(rule: unknown): readonly string[] {
  const effects = member(rule, 'effects');
  const model = member(effects, 'model');
  return typeof model === 'string' ? [model] : [];
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null
    ? Object.entries(of).find(([key]) => key === name)?.[1]
    : undefined;
}
