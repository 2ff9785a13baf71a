import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../src/domain/audit.ts';
import { change } from '../../src/domain/change.ts';
import { actor, createWorld, SYSTEM, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const target = { type: 'provider', id: 'p1' } as const;

describe('the audit log', () => {
  it('is written with the change or not at all', async () => {
    const attempt = change(world.db, async (tx) => {
      await tx.setting.create({ data: { key: 'half', value: {} } });
      await record(tx, SYSTEM, 'provider.update', target, null, null);
      throw new Error('too late');
    });
    await expect(attempt).rejects.toThrow('too late');
    expect(await world.db.auditEntry.count()).toBe(0);
    expect(await world.db.setting.count({ where: { key: 'half' } })).toBe(0);
  });

  it('says who, from where, and what it was before and after, without a secret at any depth', async () => {
    const admin = actor('admin');
    const before = { config: { auth: { apiKey: 'sk-1', type: 'bearer' } }, hash: 'abc', passwordHash: 'x' };
    const after = {
      hasCredentials: true,
      tokensPerMinute: 5,
      secretAccessKey: 'x',
      list: [{ token: 't' }],
      at: new Date(0),
    };
    await change(world.db, (tx) => record(tx, admin, 'provider.update', target, before, after));
    const [row] = await world.db.auditEntry.findMany();
    expect(row).toMatchObject({
      actorId: admin.id,
      actorName: 'the-admin',
      address: '192.0.2.1',
      action: 'provider.update',
      targetId: 'p1',
      before: {
        config: {
          auth: {
            apiKey: '[redacted]',
            type: 'bearer',
          },
        },
        hash: '[redacted]',
        passwordHash: '[redacted]',
      },
      after: {
        hasCredentials: true,
        tokensPerMinute: 5,
        secretAccessKey: '[redacted]',
        list: [{ token: '[redacted]' }],
        at: '1970-01-01T00:00:00.000Z',
      },
    });
  });

  it('cannot be changed or shortened', async () => {
    await expect(world.db.auditEntry.updateMany({ data: { actorName: 'somebody else' } })).rejects.toThrow(
      /append-only|not allowed|refuse|cannot/i,
    );
    await expect(world.db.auditEntry.deleteMany()).rejects.toThrow(/append-only|not allowed|refuse|cannot/i);
  });
});
