import { describe, expect, it } from 'vitest';
import { BUILT_IN_CATEGORIES } from '../../src/catalog/categories.ts';
import { createTestDatabase } from '../kit/database.ts';
import { startTestPrism } from '../kit/prism.ts';

const CATEGORIES = '/api/prism/admin/categories';
const RULE_SETS = '/api/prism/admin/routing/rule-sets';

describe('what ships with the product', () => {
  it('is there once when two processes start on an empty database, and an admin’s changes outlive a restart', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    const [one, two] = await Promise.all([startTestPrism(env), startTestPrism(env)]);
    const list = await one.rest('GET', CATEGORIES);
    expect(list.body).toHaveLength(BUILT_IN_CATEGORIES.length);
    expect((await two.rest('GET', RULE_SETS)).body).toMatchObject([{ name: 'Default', isDefault: true }]);
    const idOf = (key: string) => list.body.find((it: { key: string }) => it.key === key).id;
    await one.rest('DELETE', `${CATEGORIES}/${idOf('translation')}`);
    await one.rest('PUT', `${CATEGORIES}/${idOf('smalltalk_simple')}`, { tier: 'critical' });
    await two.stop();
    await one.stop();

    const again = await startTestPrism(env);
    const { body } = await again.rest('GET', CATEGORIES);
    expect(body).toHaveLength(BUILT_IN_CATEGORIES.length - 1);
    expect(body.find((it: { key: string }) => it.key === 'smalltalk_simple')).toMatchObject({
      tier: 'critical',
    });
    await again.stop();
    await database.drop();
  });
});
