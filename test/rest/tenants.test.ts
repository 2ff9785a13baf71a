import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/tenants';

let stage: Stage;
let id: string;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// API reference, "Tenants"
describe('Tenants', () => {
  it('POST /tenants: 201 with its key, once', async () => {
    const { status, body } = await stage.rest('POST', BASE, {
      slug: 'team-alpha',
      name: 'Team Alpha',
      providerIds: [stage.providerId],
      modelConfig: { mode: 'whitelist', list: ['sim-small'], aliases: { fast: 'sim-small' } },
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 0 },
      pricing: { 'sim-small': { inputPer1M: 1, outputPer1M: 2.5 } },
      keyLifetimeDays: 90,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(String),
      slug: 'team-alpha',
      name: 'Team Alpha',
      active: true,
      providerIds: [stage.providerId],
      modelConfig: { mode: 'whitelist', list: ['sim-small'], aliases: { fast: 'sim-small' } },
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 0 },
      pricing: { 'sim-small': { inputPer1M: 1, outputPer1M: 2.5 } },
      keyLifetimeDays: 90,
      apiKey: expect.stringMatching(/^omp-[0-9a-f]{64}$/),
    });
    ({ id } = body);
    const list = await stage.rest('GET', BASE);
    expect(JSON.stringify(list.body)).not.toMatch(/omp-|__typename/);
  });

  it('POST /tenants: names every field that is wrong', async () => {
    const wrong = {
      slug: 7,
      providerIds: 'all',
      modelConfig: { mode: 'some', list: [1] },
      rateLimit: { requests: 1 },
      pricing: { x: 1 },
    };
    const { status, body } = await stage.rest('POST', BASE, wrong);
    expect(status).toBe(400);
    const paths = body.error.fields.map(({ path }: { path: string }) => path).toSorted();
    expect(paths).toEqual([
      'modelConfig.list[0]',
      'modelConfig.mode',
      'name',
      'pricing',
      'providerIds',
      'rateLimit.requests',
      'slug',
    ]);
    const reserved = await stage.rest('POST', BASE, { slug: 'prism', name: 'X' });
    expect([reserved.status, reserved.body.error.fields[0].path]).toEqual([400, 'slug']);
    const taken = await stage.rest('POST', BASE, { slug: 'tenant-a', name: 'X' });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'conflict']);
    const nobody = await stage.rest('POST', BASE, {
      slug: 'x',
      name: 'X',
      providerIds: ['01930000-0000-7000-8000-00000000dead'],
    });
    expect(nobody.status).toBe(400);
  });

  it('GET /tenants: all of them', async () => {
    const { status, body } = await stage.rest('GET', BASE);
    expect(status).toBe(200);
    expect(body.map(({ slug }: { slug: string }) => slug)).toEqual(['team-alpha', 'tenant-a', 'tenant-b']);
  });

  it('PUT /tenants/:id: changes what is given and takes a tenant back as it was given', async () => {
    const { body: before } = await stage.rest('GET', `${BASE}/${id}`);
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}`, {
      ...before,
      name: 'Alpha',
      active: false,
    });
    expect([status, body]).toMatchObject([
      200,
      { ...before, name: 'Alpha', active: false, updatedAt: expect.any(String) },
    ]);
    const part = await stage.rest('PUT', `${BASE}/${id}`, { rateLimit: { tokensPerMinute: 5 } });
    expect(part.body).toMatchObject({
      name: 'Alpha',
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 5 },
    });
    await stage.rest('PUT', `${BASE}/${id}`, { active: true });
  });

  it('PUT /tenants/:id/model-config: mode, list and aliases', async () => {
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}/model-config`, {
      mode: 'blacklist',
      list: [],
    });
    expect([status, body.modelConfig]).toEqual([
      200,
      { mode: 'blacklist', list: [], aliases: { fast: 'sim-small' } },
    ]);
    const wrong = await stage.rest('PUT', `${BASE}/${id}/model-config`, { mode: 'WHITELIST' });
    expect(wrong.body.error.fields).toEqual([
      { path: 'mode', message: 'must be one of all, whitelist, blacklist' },
    ]);
  });

  it('POST /tenants/:id/rotate-key: a new key, and the old one is gone', async () => {
    const { db } = stage.world;
    const before = await db.tenantKey.findFirstOrThrow({ where: { tenantId: id, isPrimary: true } });
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/rotate-key`);
    expect([status, body]).toEqual([
      200,
      { apiKey: expect.stringMatching(/^omp-[0-9a-f]{64}$/), expiresAt: expect.stringMatching(/Z$/) },
    ]);
    const after = await db.tenantKey.findMany({ where: { tenantId: id, isPrimary: true } });
    expect(after).toHaveLength(1);
    expect(after[0]?.hash).not.toBe(before.hash);
  });

  it('POST /tenants/:id/set-key: a key of our own making', async () => {
    const apiKey = 'omp-custom-key-value';
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/set-key`, {
      apiKey,
      keyLifetimeDays: 0,
    });
    expect([status, body]).toEqual([200, { prefix: 'omp-custom-k', expiresAt: null }]);
    const short = await stage.rest('POST', `${BASE}/${id}/set-key`, { apiKey: 'short' });
    expect([short.status, short.body.error.fields[0].path]).toEqual([400, 'apiKey']);
    const taken = await stage.rest('POST', `${BASE}/${stage.a.id}/set-key`, { apiKey });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'conflict']);
  });

  it('/tenants/:id/keys: further keys come, change and go; the primary one stays', async () => {
    const made = await stage.rest('POST', `${BASE}/${id}/keys`, { label: 'ci', lifetimeDays: 7 });
    expect([made.status, made.body]).toMatchObject([
      201,
      { label: 'ci', isPrimary: false, enabled: true, apiKey: expect.stringMatching(/^omp-/) },
    ]);
    const url = `${BASE}/${id}/keys/${made.body.id}`;
    const { apiKey: _apiKey, ...asListed } = made.body;

    const changed = await stage.rest('PUT', url, { ...asListed, enabled: false, expiresAt: null });
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { label: 'ci', enabled: false, expiresAt: null },
    ]);
    const wrong = await stage.rest('PUT', url, { expiresAt: 'tomorrow' });
    expect([wrong.status, wrong.body.error.fields[0].path]).toEqual([400, 'expiresAt']);

    const { body: list } = await stage.rest('GET', `${BASE}/${id}/keys`);
    expect(
      list.map(({ label, isPrimary }: { label: string; isPrimary: boolean }) => [label, isPrimary]),
    ).toMatchObject([
      [expect.any(String), true],
      ['ci', false],
    ]);
    expect(JSON.stringify(list)).not.toMatch(/hash|apiKey|__typename/);

    expect(await stage.rest('DELETE', url)).toMatchObject({ status: 200, body: { success: true } });
    expect((await stage.rest('DELETE', url)).status).toBe(404);
    const primary = await stage.rest('DELETE', `${BASE}/${id}/keys/${list[0].id}`);
    expect([primary.status, primary.body.error.code]).toEqual([409, 'conflict']);
  });

  it("/tenants/:id/keys: another tenant's key is not found under this one", async () => {
    const { body: keysOfA } = await stage.rest('GET', `${BASE}/${stage.a.id}/keys`);
    const url = `${BASE}/${stage.b.id}/keys/${keysOfA[0].id}`;
    expect((await stage.rest('PUT', url, { enabled: false })).status).toBe(404);
    expect((await stage.rest('DELETE', url)).status).toBe(404);
    expect((await stage.rest('GET', `${BASE}/${stage.a.id}/keys`)).body).toEqual(keysOfA);
  });

  it('are for operators: a tenant’s own admin has the portal', async () => {
    const token = stage.tokens['tenant-admin'];
    const own = `${BASE}/${stage.a.id}`;
    for (const [method, path] of [
      ['GET', BASE],
      ['GET', own],
      ['GET', `${own}/keys`],
      ['PUT', `${own}/model-config`],
    ] as const) {
      const { status, body } = await stage.rest(method, path, undefined, token);
      expect([path, status, body.error.code]).toEqual([path, 403, 'forbidden']);
    }
  });

  it('DELETE /tenants/:id: removes it with its keys', async () => {
    const { status, body } = await stage.rest('DELETE', `${BASE}/${id}`);
    expect([status, body]).toEqual([
      200,
      { success: true, cascade: { keysRemoved: 1, usersUpdated: 0, ruleSetsRemoved: 0 } },
    ]);
    expect((await stage.rest('GET', `${BASE}/${id}`)).status).toBe(404);
  });
});
