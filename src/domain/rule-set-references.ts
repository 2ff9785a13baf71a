import type { FieldProblem } from '../errors.ts';
import type { RuleSetDefinition } from '../routing/rule-set.ts';
import type { Tx } from './change.ts';
import { modelProblem } from './named-model.ts';
import { badInput } from './validate.ts';

/** Categories and models that the effects name must exist. Throws bad_input that names each that does not. */
export async function requireReferences(tx: Tx, definition: RuleSetDefinition): Promise<void> {
  const named = effectsOf(definition);
  const keys = named.flatMap(({ effects }) => effects.category ?? []);
  const rows = await tx.category.findMany({ where: { key: { in: keys } }, select: { key: true } });
  const known = new Set(rows.map(({ key }) => key));
  const models = new Map<string, string | null>();
  const problems: FieldProblem[] = [];
  for (const { path, effects } of named) {
    const { category, model } = effects;
    if (category !== undefined && !known.has(category)) {
      problems.push({ path: `${path}.category`, message: `names no category: "${category}"` });
    }
    if (model === undefined) continue;
    const problem = models.has(model) ? models.get(model) : await modelProblem(tx, model);
    models.set(model, problem ?? null);
    if (problem != null) problems.push({ path: `${path}.model`, message: problem });
  }
  if (problems.length > 0) throw badInput(problems);
}

function effectsOf({ rules = [], systemPromptRoles = [] }: RuleSetDefinition) {
  return [
    ...rules.map(({ effects }, at) => ({ path: `definition.rules.${at}.effects`, effects })),
    ...systemPromptRoles.map(({ effects }, at) => ({
      path: `definition.systemPromptRoles.${at}.effects`,
      effects,
    })),
  ];
}
