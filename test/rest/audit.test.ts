import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/audit';

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly actorName: string;
  readonly at: string;
  readonly targetId: string;
}

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  for (let index = 0; index < 12; index += 1) {
    await stage.rest('PUT', `/api/prism/admin/tenants/${stage.a.id}`, { name: `Name ${index}` });
  }
});
afterAll(() => stage.close());

async function entries(query: string): Promise<Entry[]> {
  const { status, body } = await stage.rest('GET', `${BASE}${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.entries;
}

describe('GET /audit', () => {
  it('is the newest first, with what was before and after', async () => {
    const [newest] = await entries('?limit=1');
    expect(newest).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      actorId: expect.any(String),
      actorName: 'the-admin',
      accessTokenId: null,
      address: '127.0.0.1',
      action: 'tenant.update',
      targetType: 'tenant',
      targetId: stage.a.id,
      tenantId: stage.a.id,
      before: expect.objectContaining({ name: 'Name 10' }),
      after: expect.objectContaining({ name: 'Name 11' }),
    });
  });

  it('comes in pages that are the whole log together, also while it grows', async () => {
    const whole = (await entries('?limit=200')).map(({ id }) => id);
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await stage.rest('GET', `${BASE}?limit=7${after}`);
      seen.push(...body.entries.map(({ id }: Entry) => id));
      await stage.rest('PUT', `/api/prism/admin/tenants/${stage.a.id}`, { name: 'Meanwhile' });
      after = body.nextCursor === null ? '' : `&after=${body.nextCursor}`;
    } while (after !== '');
    expect(seen).toEqual(whole);
  });

  it.each<[string, () => string, (entry: Entry) => boolean]>([
    ['actor by name', () => 'actor=The-Admin', ({ actorName }) => actorName === 'the-admin'],
    ['action', () => 'action=session.login', ({ action }) => action === 'session.login'],
    ['kind of target', () => 'targetType=user', ({ action }) => /^(user|session)\./.test(action)],
    ['target', () => `targetId=${stage.a.id}`, ({ targetId }) => targetId === stage.a.id],
    ['tenant', () => `tenantId=${stage.b.id}`, ({ targetId }) => targetId === stage.b.id],
    [
      'several at once',
      () => `actor=the-admin&action=tenant.update&tenantId=${stage.a.id}`,
      ({ action, actorName }) => action === 'tenant.update' && actorName === 'the-admin',
    ],
  ])('can be filtered by %s', async (_name, query, belongs) => {
    const all = await entries('?limit=200');
    const found = await entries(`?limit=200&${query()}`);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(all.length);
    expect(found.every(belongs)).toBe(true);
  });

  it('can be filtered by the id of who did it', async () => {
    const { body } = await stage.rest('GET', '/api/prism/auth/me');
    const found = await entries(`?limit=200&actor=${body.id}`);
    expect(found).toEqual(await entries('?limit=200&actor=the-admin'));
  });

  it('can be filtered by time: from is included, to is not', async () => {
    const { db } = stage.world;
    const at = (ms: number) => new Date(Date.UTC(2020, 0, 1) + ms);
    const common = { actorName: 'clock', action: 'tenant.update', targetType: 'tenant', targetId: 'x' };
    await db.auditEntry.createMany({ data: [0, 1, 2].map((ms) => ({ ...common, at: at(ms) })) });
    const query = `?from=${at(0).toISOString()}&to=${at(2).toISOString()}`;
    expect((await entries(query)).map((entry) => entry.at)).toEqual([
      at(1).toISOString(),
      at(0).toISOString(),
    ]);
  });

  it.each([
    ['from', 'from=yesterday'],
    ['tenantId', 'tenantId=x'],
    ['action', 'action=tenant.fly'],
    ['targetType', 'targetType=moon'],
    ['limit', 'limit=many'],
    ['after', 'after=x'],
  ])('answers 400 for a wrong %s and names it', async (field, query) => {
    const { status, body } = await stage.rest('GET', `${BASE}?${query}`);
    expect([status, body.error.code, body.error.fields[0].path]).toEqual([400, 'bad_input', field]);
  });
});
