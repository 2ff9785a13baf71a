import { SYSTEM } from '../../../domain/world.ts';
import type { Stage } from '../../../graphql/stage.ts';
import type { Example, Prepared } from '../example.ts';
import { ADMIN, bool, has, list, number, oneOf, orNull, some, text } from '../shapes.ts';

const BASE = `${ADMIN}/categories`;
const TIERS = ['micro', 'minimal', 'low', 'medium', 'advanced', 'high', 'ultra', 'critical'];
const category = has({
  id: text,
  key: text,
  name: text,
  description: text,
  costTier: oneOf(...TIERS),
  examples: list,
  defaultModel: orNull('string'),
  requiresVision: bool,
});

const newCategory =
  (key: string) =>
  async ({ world }: Stage): Promise<Prepared> => {
    const count = await world.db.category.count();
    const { id } = await world.domain.categories.create(SYSTEM, {
      key: `${key}_${count}`,
      name: key,
      tier: 'low',
    });
    return { params: { id } };
  };

/** Presets choose among models that have been benchmarked; the simulator's have not. */
async function ofRatedProvider({ world: { domain, db } }: Stage): Promise<Prepared> {
  const name = `Rated ${await db.provider.count()}`;
  const { id } = await domain.providers.create(SYSTEM, { name, type: 'simulator' });
  for (const modelId of ['gpt-4o', 'o3']) await domain.providerModels.create(SYSTEM, id, { modelId });
  return { body: { providerId: id } };
}

export const CATEGORIES: readonly Example[] = [
  { row: `POST ${BASE}/reset-defaults`, answer: has({ created: number, total: number }) },
  { row: `GET ${BASE}`, answer: some(category) },
  { row: `GET ${BASE}/:id`, prepare: newCategory('to_be_read'), answer: category },
  {
    row: `POST ${BASE}`,
    body: {
      key: 'an_example',
      name: 'An example',
      tier: 'low',
      description: 'to try',
      examples: ['like this'],
    },
    answer: category,
  },
  {
    row: `PUT ${BASE}/:id`,
    prepare: newCategory('to_be_changed'),
    body: { name: 'Changed', tier: 'high', examples: ['one'], defaultModel: null },
    answer: has({ name: 'Changed', tier: 'high', costTier: 'high', examples: ['one'], defaultModel: null }),
  },
  { row: `DELETE ${BASE}/:id`, prepare: newCategory('to_be_removed'), answer: { success: true } },
  {
    row: `GET ${BASE}/presets`,
    answer: some(has({ id: text, name: text, description: text, categories: list })),
  },
  {
    row: `POST ${BASE}/apply-preset`,
    body: { profileIds: ['software_development', 'data_operations'] },
    prepare: ofRatedProvider,
    answer: has({
      profiles: ['software_development', 'data_operations'],
      categoriesConsidered: number,
      updated: number,
      skipped: number,
      assignments: list,
    }),
  },
];
