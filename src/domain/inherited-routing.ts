import { ruleSetDefinition } from '../routing/rule-set.ts';
import { settingsInForce } from '../routing/rules.ts';

/** Stands for the choice of an LLM classifier, which no rule set makes: what rule sets say of its tuning then shows. */
const ANY = { llm: { model: 'any' } };

/**
 * What is in force for a tenant whose own `routing` says nothing: `definitions` are those of the default rule sets,
 * its own first. Of `llm` everything but the model, which is in force as soon as the tenant names one.
 */
export function inheritedRouting(definitions: readonly unknown[]): Record<string, unknown> {
  const sets = definitions.flatMap((definition) => {
    const read = ruleSetDefinition.safeParse(definition);
    return read.success ? [read.data] : [];
  });
  const { llm, ...settings } = settingsInForce(ANY, sets);
  if (llm === null) return settings;
  const { model: _any, ...tuning } = llm;
  return { ...settings, llm: tuning };
}
