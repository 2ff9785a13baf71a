import { SYSTEM } from '../../../domain/world.ts';
import type { Stage } from '../../../graphql/stage.ts';
import type { Example, Prepared } from '../example.ts';
import { ADMIN, bool, has, number, orNull, some, text } from '../shapes.ts';

const BASE = `${ADMIN}/routing/rule-sets`;
const ruleSet = has({
  id: text,
  tenantId: orNull('string'),
  name: text,
  description: text,
  isDefault: bool,
  version: number,
  definition: has({}),
});
const definition = {
  rules: [
    { name: 'Contracts', keywords: ['contract'], effects: { category: 'legal_analysis', tierMin: 'high' } },
  ],
};

const newRuleSet =
  (what: string) =>
  async ({ world }: Stage): Promise<Prepared> => {
    const name = `${what} ${await world.db.ruleSet.count()}`;
    const { id } = await world.domain.ruleSets.create(SYSTEM, { name });
    return { params: { id } };
  };

export const ROUTING: readonly Example[] = [
  {
    row: `POST ${BASE}`,
    body: { name: 'An example', description: 'to try', definition },
    answer: has({ name: 'An example', description: 'to try', version: 1 }),
  },
  { row: `GET ${BASE}`, answer: some(ruleSet) },
  { row: `GET ${BASE}/:id`, prepare: newRuleSet('To be read'), answer: ruleSet },
  {
    row: `PUT ${BASE}/:id`,
    prepare: newRuleSet('To be changed'),
    body: { description: 'changed', definition },
    answer: has({ description: 'changed', version: 2 }),
  },
  { row: `DELETE ${BASE}/:id`, prepare: newRuleSet('To be removed'), answer: { success: true } },
  {
    row: `POST ${ADMIN}/routing/test-route`,
    prepare: ({ a }) => Promise.resolve({ body: { tenantId: a.id } }),
    body: { prompt: 'Is this contract valid?', definition },
    answer: has({
      tenantId: text,
      category: 'legal_analysis',
      tier: text,
      modelId: text,
      confidence: number,
      rules: some(has({ kind: 'keyword', name: 'Contracts', ruleSet: 'Draft' })),
      candidates: some(has({ key: text, imputed: bool })),
      reasoning: text,
      analysisTimeMs: number,
    }),
  },
];
