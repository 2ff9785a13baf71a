import type { RoutingSettings } from '../routing/types.ts';
import type { Tx } from './change.ts';
import { modelProblem } from './named-model.ts';
import { badInput } from './validate.ts';

/**
 * Models that a tenant's routing settings name must be chat models that somebody serves, as those of categories and
 * rule sets must. Whether the tenant may use them is asked with each request: its providers and its policy change
 * without its routing settings. Throws bad_input that names each that is not.
 */
export async function requireRoutingModels(
  tx: Pick<Tx, 'providerModel'>,
  { baselineModel, llm }: RoutingSettings,
): Promise<void> {
  const named = [
    { path: 'routing.baselineModel', name: baselineModel },
    { path: 'routing.llm.model', name: llm?.model ?? null },
    ...(llm?.fallbacks ?? []).map((name, at) => ({ path: `routing.llm.fallbacks.${at}`, name })),
  ];
  const problems = [];
  for (const { path, name } of named) {
    const message = name === null ? null : await modelProblem(tx, name);
    if (message !== null) problems.push({ path, message });
  }
  if (problems.length > 0) throw badInput(problems);
}
