import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/tenant-portal';
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const ids = (body: readonly { id: string }[]) => body.map(({ id }) => id);

// API reference, "Tenant Portal API"
describe('Tenant Portal API', () => {
  const own = (method: string, path: string, body?: unknown) =>
    stage.rest(method, BASE + path, body, stage.tokens['tenant-admin']);

  it('GET /mine: a tenant admin’s own tenants; all of them for operators', async () => {
    expect(ids((await own('GET', '/mine')).body)).toEqual([stage.a.id]);
    const outsider = await stage.rest('GET', `${BASE}/mine`, undefined, stage.outsiders['tenant-admin']);
    expect(ids(outsider.body)).toEqual([stage.b.id]);
    for (const role of ['admin', 'maintainer'] as const) {
      const { body } = await stage.rest('GET', `${BASE}/mine`, undefined, stage.tokens[role]);
      expect(ids(body)).toEqual([stage.a.id, stage.b.id]);
    }
  });

  it.each(['/mine', '/:id', '/:id/models', '/:id/model-config'])('%s: 403 for other roles', async (path) => {
    const method = path.endsWith('config') ? 'PUT' : 'GET';
    for (const role of ['finops', 'tenant-viewer'] as const) {
      const url = BASE + path.replace(':id', stage.a.id);
      const { status } = await stage.rest(method, url, undefined, stage.tokens[role]);
      expect([role, status]).toEqual([role, 403]);
    }
  });

  it('GET /:id: the tenant’s settings and where its applications go, but nothing of its providers', async () => {
    const { status, body } = await own('GET', `/${stage.a.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: stage.a.id,
      slug: 'tenant-a',
      name: 'tenant-a',
      active: true,
      baseUrl: `${stage.url}/api/tenant-a/v1`,
      modelConfig: { mode: 'all', list: [], aliases: {} },
      rateLimit: { requestsPerMinute: 0, tokensPerMinute: 0 },
      pricing: {},
      keyLifetimeDays: 0,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  it('another tenant does not exist', async () => {
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', '/models'],
      ['PUT', '/model-config', { mode: 'whitelist', list: [] }],
    ] as const) {
      const answer = await own(method, `/${stage.b.id}${path}`, body);
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, 'not_found']);
    }
    const { modelMode } = await stage.world.db.tenant.findUniqueOrThrow({ where: { id: stage.b.id } });
    expect(modelMode).toBe('ALL');
  });

  it('GET /:id/models: those it may use, at its own prices', async () => {
    const { body: before } = await own('GET', `/${stage.a.id}/models`);
    expect(before.length).toBeGreaterThan(2);
    const [first] = before;
    expect(first).toEqual({
      id: expect.any(String),
      prefixedId: `simulator/${first.id}`,
      aliases: [],
      name: expect.any(String),
      kind: expect.stringMatching(/^(chat|embedding|other)$/),
      tier: null,
      capabilities: expect.any(Array),
      contextWindow: expect.any(Number),
      maxOutputTokens: expect.toSatisfy((it) => it === null || typeof it === 'number'),
      inputPer1M: expect.toSatisfy((it) => it === null || typeof it === 'number'),
      outputPer1M: expect.toSatisfy((it) => it === null || typeof it === 'number'),
    });
    await stage.rest('PUT', `/api/prism/admin/tenants/${stage.a.id}`, {
      modelConfig: { aliases: { mine: first.id } },
      pricing: { mine: { inputPer1M: 7, outputPer1M: 9 } },
    });
    const { body: after } = await own('GET', `/${stage.a.id}/models`);
    expect(after[0]).toMatchObject({ id: first.id, aliases: ['mine'], inputPer1M: 7, outputPer1M: 9 });
  });

  it('PUT /:id/model-config {mode, list}: takes effect on the list; an empty whitelist allows nothing', async () => {
    const { body: all } = await own('GET', `/${stage.a.id}/models`);
    const [first, second] = ids(all);
    const url = `/${stage.a.id}/model-config`;
    const allowed = await own('PUT', url, { mode: 'whitelist', list: [first] });
    expect([allowed.status, allowed.body.modelConfig.mode, allowed.body.modelConfig.list]).toEqual([
      200,
      'whitelist',
      [first],
    ]);
    expect(ids((await own('GET', `/${stage.a.id}/models`)).body)).toEqual([first]);
    await own('PUT', url, { mode: 'blacklist', list: [`simulator/${second}`] });
    expect(ids((await own('GET', `/${stage.a.id}/models`)).body)).toEqual(
      ids(all).filter((id) => id !== second),
    );
    await own('PUT', url, { mode: 'whitelist', list: [] });
    expect((await own('GET', `/${stage.a.id}/models`)).body).toEqual([]);
    await own('PUT', url, { mode: 'all' });
    const wrong = await own('PUT', url, { mode: 'some', list: 'gpt-4o' });
    expect([wrong.status, wrong.body.error.fields.map(({ path }: { path: string }) => path)]).toEqual([
      400,
      ['mode', 'list'],
    ]);
  });

  it('GET /:id/models: never one that is hidden, vanished, or of a provider that is off', async () => {
    const { db } = stage.world;
    const { body: all } = await own('GET', `/${stage.a.id}/models`);
    const [hidden, vanished, ...others] = ids(all);
    await db.providerModel.updateMany({ where: { modelId: hidden ?? '' }, data: { visible: false } });
    await db.providerModel.updateMany({
      where: { modelId: vanished ?? '' },
      data: { missingSince: new Date() },
    });
    expect(ids((await own('GET', `/${stage.a.id}/models`)).body)).toEqual(others);
    await db.provider.updateMany({ data: { active: false } });
    expect((await own('GET', `/${stage.a.id}/models`)).body).toEqual([]);
    await db.provider.updateMany({ data: { active: true } });
  });
});
