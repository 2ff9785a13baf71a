import { z } from 'zod';
import { ruleSetDefinition, type RuleSetDefinition } from '../routing/rule-set.ts';
import { plainText } from './plain-text.ts';
import { displayName } from './tenant-schema.ts';

const MAX_DEFINITION_BYTES = 64 * 1024;

export const definition = ruleSetDefinition.refine(
  (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_DEFINITION_BYTES,
  'must be smaller than 64 KB as JSON',
);

export const ruleSetUpdate = z.strictObject({
  name: displayName.nullish(),
  description: plainText(2000).nullish(),
  tenantId: z.uuid('must be the id of a tenant').nullish(),
  isDefault: z.boolean().nullish(),
  definition: definition.nullish(),
  note: plainText(500).nullish(),
  baseVersion: z.int().min(1).nullish(),
});

export const ruleSetCreate = ruleSetUpdate.extend({ name: displayName });

/** What the column holds; a row that somebody spoilt by hand reads as a set without rules. */
export function readDefinition(stored: unknown): RuleSetDefinition {
  return ruleSetDefinition.safeParse(stored).data ?? {};
}
