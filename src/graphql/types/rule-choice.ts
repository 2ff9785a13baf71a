import type { builder } from '../builder.ts';
import { DEFINITION } from './rule-set.ts';

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

/** By which rules to decide: the same members of every input that tries some. None of them = those in force. */
export const ruleChoice = (t: InputFields) => ({
  ruleSetId: t.id({ description: 'A rule set, in the place of the default of its scope.' }),
  definition: t.field({
    type: 'JSONObject',
    description: `What the rule set says instead, or what a new one would say. ${DEFINITION}`,
  }),
  forAllTenants: t.boolean({
    description: 'Of a definition without a rule set: in the place of all tenants’ set, not the tenant’s.',
  }),
});
