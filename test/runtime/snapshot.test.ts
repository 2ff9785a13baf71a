import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import {
  insertKey,
  insertModel,
  insertProvider,
  insertTenant,
  openSnapshots,
  temporaryDirectory,
  type SnapshotsUnderTest,
} from './world.ts';

let database: TestDatabase;
let db: pg.Pool;
let dataDir: { path: string; remove(): Promise<void> };
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPool(database.url, { max: 2, applicationName: 'test' });
});
beforeEach(async () => {
  await db.query('TRUNCATE provider, tenant, setting CASCADE');
  dataDir = await temporaryDirectory();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await dataDir.remove();
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function start(url = database.url): Promise<SnapshotsUnderTest> {
  const opened = openSnapshots(url, dataDir.path);
  open.push(opened);
  await opened.snapshots.start();
  return opened;
}

describe('what a snapshot holds', () => {
  test('a key leads to its tenant, the tenant to its providers in order, these to their models', async () => {
    const second = await insertProvider(db, { slug: 'second', type: 'anthropic', apiKey: 'sk-ant-1' });
    const first = await insertProvider(db, {
      slug: 'first',
      baseUrl: 'http://10.0.0.1:8080',
      options: { timeouts: { connectMs: 100, firstByteMs: -1 }, organization: 'o' },
    });
    await insertModel(db, first, 'shared', { created_at: new Date(1_700_000_000_123), owned_by: 'meta' });
    await insertModel(db, second, 'shared');
    await insertModel(db, second, 'own', {
      kind: 'embedding',
      capabilities: ['x', 'y'],
      max_output_tokens: 9,
    });
    const tenantId = await insertTenant(db, 'team', [first, second], {
      requests_per_minute: 5,
      tokens_per_minute: 6,
      routing: { baselineModel: 'own' },
    });
    const hash = await insertKey(db, tenantId, new Date(1_800_000_000_000));

    const { snapshots, lines } = await start();
    const snapshot = snapshots.current();
    const key = snapshot.keysByHash.get(hash);
    expect(key).toMatchObject({ enabled: true, expiresAt: 1_800_000_000_000 });
    const tenant = key?.tenant;
    expect(tenant).toMatchObject({ slug: 'team', active: true, requestsPerMinute: 5, tokensPerMinute: 6 });
    expect(tenant?.routing).toEqual({ baselineModel: 'own' });
    expect(tenant).toBe(snapshot.tenantsBySlug.get('team'));
    expect(tenant).toBe(snapshot.tenantsById.get(tenantId));
    expect(tenant?.providers.map((provider) => provider.slug)).toEqual(['first', 'second']);
    expect(tenant?.modelsById.get('shared')?.map((served) => served.provider.slug)).toEqual([
      'first',
      'second',
    ]);
    expect(tenant?.listed.map((served) => served.model.id)).toEqual(['own', 'shared']);
    expect(tenant?.listed[1]?.provider.slug).toBe('first');
    expect(snapshot.providersById.get(first)).toMatchObject({
      endpoint: {
        origin: 'http://10.0.0.1:8080',
        basePath: '',
        apiPath: null,
        authType: 'api_key',
        credentials: {},
      },
      timeouts: { connectMs: 100, firstByteMs: 120_000, betweenBytesMs: 60_000 },
    });
    expect(lines).toMatchObject([{ level: 40, timeout: 'firstByteMs', provider: 'first' }]);
    expect(snapshot.providersById.get(second)).toMatchObject({
      adapter: { type: 'anthropic' },
      endpoint: {
        origin: 'https://api.example.com',
        basePath: '/proxy',
        credentials: { apiKey: 'sk-ant-1' },
      },
      timeouts: { connectMs: 5_000, firstByteMs: 120_000, betweenBytesMs: 60_000 },
    });
    expect(snapshot.providersById.get(first)?.models.get('shared')).toMatchObject({
      created: 1_700_000_000,
      ownedBy: 'meta',
      kind: 'chat',
    });
    expect(snapshot.providersById.get(second)?.models.get('own')).toMatchObject({
      kind: 'embedding',
      ownedBy: 'second',
      maxOutputTokens: 9,
      capabilities: new Set(['x', 'y']),
    });
  });

  test('a learned window stands above a discovered one, a manual one above both', async () => {
    const id = await insertProvider(db, { slug: 'p' });
    await insertModel(db, id, 'found', { context_window: 100 });
    await insertModel(db, id, 'learned', { context_window: 100, learned_context_window: 80 });
    await insertModel(db, id, 'manual', {
      context_window: 100,
      learned_context_window: 80,
      manual_context: true,
    });
    await insertModel(db, id, 'unknown');
    const models = (await start()).snapshots.current().providersById.get(id)?.models;
    const windows = [...(models ?? [])].map(([name, model]) => [name, model.contextWindow]);
    expect(windows).toEqual([
      ['found', 100],
      ['learned', 80],
      ['manual', 100],
      ['unknown', null],
    ]);
  });

  test("prices come from the tenant, else by hand, else the provider's own list, else the catalog", async () => {
    const id = await insertProvider(db, { slug: 'p' });
    const listed = { input_per_1m: '2.5', output_per_1m: '10', cached_input_per_1m: '1.25' };
    await insertModel(db, id, 'known-none');
    await insertModel(db, id, 'unknown');
    await insertModel(db, id, 'known-listed', listed);
    await insertModel(db, id, 'known-manual', { ...listed, manual_pricing: true });
    await insertModel(db, id, 'known-half', { input_per_1m: '0.000001', manual_pricing: true });
    await insertModel(db, id, 'known-same', { input_per_1m: '0.000007', output_per_1m: '0.000008' });
    await insertModel(db, id, 'half', { input_per_1m: '1' });
    await insertModel(db, id, 'embedding', { input_per_1m: '1', kind: 'embedding' });
    await insertTenant(db, 'plain', [id]);
    await insertTenant(db, 'own', [id], {
      aliases: { cheap: 'unknown' },
      pricing: {
        'known-manual': { inputPer1M: 1, outputPer1M: 2 },
        'p/known-listed': { inputPer1M: 3, outputPer1M: 4 },
        'known-listed': { inputPer1M: 9, outputPer1M: 9 },
        cheap: { inputPer1M: 5, outputPer1M: 6 },
        half: { inputPer1M: -1, outputPer1M: 6 },
      },
    });
    const { snapshots, lines } = await start();
    const prices = (slug: string): Record<string, unknown> =>
      Object.fromEntries(
        [...(snapshots.current().tenantsBySlug.get(slug)?.modelsById ?? [])].map(([name, [served]]) => [
          name,
          served?.price && [served.price.source, served.price.base.input, served.price.base.output],
        ]),
      );
    const plain = {
      'known-none': ['catalog', 7, 8],
      unknown: null,
      'known-listed': ['provider', 2_500_000, 10_000_000],
      'known-manual': ['manual', 2_500_000, 10_000_000],
      'known-half': ['manual', 1, 8],
      'known-same': ['catalog', 7, 8],
      half: null,
      embedding: ['provider', 1_000_000, 0],
    };
    expect(prices('plain')).toEqual(plain);
    expect(prices('own')).toEqual({
      ...plain,
      'known-manual': ['tenant', 1_000_000, 2_000_000],
      'known-listed': ['tenant', 3_000_000, 4_000_000],
      unknown: ['tenant', 5_000_000, 6_000_000],
    });
    expect(snapshots.current().providersById.get(id)?.models.get('known-listed')?.price?.base.cached).toBe(
      1_250_000,
    );
    expect(lines).toMatchObject([{ level: 50, tenant: 'own', model: 'half' }]);
  });

  test('a list for clients has no hidden, vanished or forbidden model, but all can be looked up', async () => {
    const a = await insertProvider(db, { slug: 'a' });
    const b = await insertProvider(db, { slug: 'b' });
    await insertModel(db, a, 'hidden', { visible: false });
    await insertModel(db, a, 'gone', { missing_since: new Date() });
    await insertModel(db, a, 'vendor/free:1');
    await insertModel(db, b, 'vendor/free:1');
    await insertModel(db, b, '__proto__');
    await insertModel(db, b, 'hidden');
    await insertTenant(db, 'black', [a, b], { model_mode: 'blacklist', model_list: ['a/vendor/free:1'] });
    await insertTenant(db, 'white', [a, b], { model_mode: 'whitelist', model_list: [] });
    const { tenantsBySlug } = (await start()).snapshots.current();
    const black = tenantsBySlug.get('black');
    expect(black?.listed.map((served) => `${served.provider.slug}: ${served.model.id}`)).toEqual([
      'b: __proto__',
      'b: hidden',
      'b: vendor/free:1',
    ]);
    expect(black?.modelsById.get('gone')).toHaveLength(1);
    expect(black?.modelsById.get('vendor/free:1')).toHaveLength(2);
    expect(black?.modelsById.get('constructor')).toBeUndefined();
    expect(tenantsBySlug.get('white')?.listed).toEqual([]);
  });

  test('a provider that cannot be read is left out with a reason, and keeps nobody else from serving', async () => {
    const good = await insertProvider(db, { slug: 'good', apiKey: 'sk-good' });
    const foreign = await insertProvider(db, { slug: 'foreign', apiKey: 'sk-foreign' });
    await db.query(
      `UPDATE provider SET credentials = (SELECT credentials FROM provider WHERE id = $1) WHERE id = $2`,
      [good, foreign],
    );
    const unknown = await insertProvider(db, { slug: 'unknown', type: 'telepathy' });
    const address = await insertProvider(db, { slug: 'address', baseUrl: 'sk-secret-in-the-wrong-field' });
    const off = await insertProvider(db, { slug: 'off', active: false });
    const odd = await insertTenant(db, 'odd', [off, unknown, foreign, address, good], {
      aliases: '["no", "object"]',
      model_list: [null],
    });
    await db.query(`UPDATE provider SET options = '[1]' WHERE id = $1`, [good]);
    const { snapshots, lines } = await start();
    const tenant = snapshots.current().tenantsById.get(odd);
    expect(tenant?.providers.map((provider) => provider.slug)).toEqual(['good']);
    expect(tenant?.aliases.size).toBe(0);
    expect(snapshots.current().providersById.size).toBe(1);
    const reasons = lines.filter((line) => line.level === 50).map((line) => String(line['provider']));
    expect(reasons.toSorted((a, b) => a.localeCompare(b))).toEqual(['address', 'foreign', 'unknown']);
    expect(JSON.stringify(lines)).not.toContain('sk-');
  });

  test('prompts are logged only where the setting says true', async () => {
    expect((await start()).snapshots.current().settings).toMatchObject({ promptLogging: false });
    await db.query(`INSERT INTO setting VALUES ('log', '{"promptLogging": "yes"}', now())`);
    expect((await start()).snapshots.current().settings).toMatchObject({ promptLogging: false });
    await db.query(`UPDATE setting SET value = '{"promptLogging": true}'`);
    expect((await start()).snapshots.current().settings).toMatchObject({ promptLogging: true });
  });
});
