/** Which models somebody may use. */
export interface ModelPolicy {
  readonly mode: 'all' | 'whitelist' | 'blacklist';
  /** Of the requested model, and again of the one that finally serves; slug "" = of no provider in particular. */
  allows(modelId: string, providerSlug: string): boolean;
}

/**
 * Compiles a tenant's model policy. An entry matches a bare id, `<provider-slug>/<id>`, or, when it is the name of
 * an alias, the alias's target (followed once). Names are compared as they are: ids hold "/" and ":" and differ in
 * case. An entry that reads both as an id and as a pin (`openai/gpt-4o`) matches both. An empty whitelist allows
 * nothing.
 */
export function compilePolicy(
  mode: ModelPolicy['mode'],
  list: readonly string[],
  aliases: ReadonlyMap<string, string>,
): ModelPolicy {
  if (mode === 'all') return ALLOW_ALL;
  const names = new Set(list);
  for (const entry of list) {
    const target = aliases.get(entry);
    if (target !== undefined) names.add(target);
  }
  const allowed = mode === 'whitelist';
  return {
    mode,
    allows: (modelId, providerSlug) => {
      const isListed = names.has(modelId) || (providerSlug !== '' && names.has(`${providerSlug}/${modelId}`));
      return isListed === allowed;
    },
  };
}

const ALLOW_ALL: ModelPolicy = { mode: 'all', allows: () => true };
