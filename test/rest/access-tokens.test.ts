import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/access-tokens';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const inHours = (hours: number) =>
  new Date(stage.world.now.value.getTime() + hours * 3_600_000).toISOString();
const input = () => ({ name: 'ci', scopes: ['usage:read'], tenantIds: [stage.a.id], expiresAt: inHours(1) });

describe('access tokens', () => {
  let id = '';
  let token = '';

  it('POST: 201 with the token, once', async () => {
    const { status, body } = await stage.rest('POST', BASE, input());
    ({ id, token } = body);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...input(),
      id: expect.any(String),
      userId: expect.any(String),
      prefix: token.slice(0, 14),
      createdAt: stage.world.now.value.toISOString(),
      lastUsedAt: null,
      revokedAt: null,
      token: expect.stringMatching(/^omp-pat-[0-9a-f]{64}$/),
    });
  });

  it('POST: names every field that is wrong', async () => {
    const shape = await stage.rest('POST', BASE, { name: 7, scopes: ['everything'], expiresAt: 'soon' });
    expect(shape.status).toBe(400);
    expect(shape.body.error.fields.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'expiresAt',
      'name',
      'scopes[0]',
    ]);
    for (const [field, wrong] of [
      ['name', { ...input(), name: '' }],
      ['scopes', { ...input(), scopes: [] }],
      ['tenantIds.0', { ...input(), tenantIds: ['x'] }],
      ['expiresAt', { ...input(), expiresAt: inHours(24 * 367) }],
    ] as const) {
      const { status, body } = await stage.rest('POST', BASE, wrong);
      expect([status, body.error.fields[0].path]).toEqual([400, field]);
    }
    const viewer = await stage.rest(
      'POST',
      BASE,
      { ...input(), scopes: ['admin:read'] },
      stage.tokens.finops,
    );
    expect([viewer.status, viewer.body.error.fields[0].path]).toEqual([400, 'scopes.0']);
  });

  it('GET: one’s own, for an admin anybody’s, never the token itself', async () => {
    const mine = await stage.rest('GET', BASE);
    expect(mine.body).toEqual([expect.objectContaining({ id, name: 'ci', scopes: ['usage:read'] })]);
    expect(JSON.stringify(mine.body)).not.toContain(token);
    const [{ userId }] = mine.body;
    expect((await stage.rest('GET', BASE, undefined, stage.tokens.finops)).body).toEqual([]);
    const foreign = await stage.rest('GET', `${BASE}?userId=${userId}`, undefined, stage.tokens.finops);
    expect(foreign.status).toBe(403);
    const own = await stage.rest('POST', BASE, { ...input(), tenantIds: [] }, stage.tokens.finops);
    const byAdmin = await stage.rest('GET', `${BASE}?userId=${own.body.userId}`);
    expect(byAdmin.body.map((one: { id: string }) => one.id)).toEqual([own.body.id]);
  });

  it('signs in wherever a JWT does, within its scopes', async () => {
    const me = await stage.rest('GET', '/api/prism/auth/me', undefined, token);
    expect(me.body).toMatchObject({
      username: 'the-admin',
      permissions: expect.arrayContaining(['usage.read']),
    });
    expect(me.body.permissions).not.toContain('user.read');
    expect((await stage.rest('GET', '/api/prism/admin/users', undefined, token)).status).toBe(403);
    expect((await stage.rest('POST', BASE, input(), token)).status).toBe(403);
    expect((await stage.rest('POST', '/api/prism/auth/logout', undefined, token)).status).toBe(403);
  });

  it('DELETE: ends it at once', async () => {
    expect((await stage.rest('DELETE', `${BASE}/${id}`, undefined, stage.tokens.finops)).status).toBe(404);
    const { status, body } = await stage.rest('DELETE', `${BASE}/${id}`);
    expect([status, body]).toEqual([200, { success: true }]);
    const after = await stage.rest('GET', '/api/prism/auth/me', undefined, token);
    expect([after.status, after.body.error.code]).toEqual([401, 'unauthenticated']);
  });
});
