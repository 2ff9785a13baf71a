import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, createWorld, pathsOf, refusal, type World } from './world.ts';

let world: World;
const admin = actor('admin');

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('log settings', () => {
  it('begin with defaults, and are changed one by one', async () => {
    const { settings } = world.domain;
    const defaults = { level: 'info', promptLogging: false, promptRetentionHours: 24, logRetentionDays: 90 };
    expect(await settings.log(admin)).toEqual(defaults);
    expect(await settings.updateLog(admin, { promptLogging: true, level: null })).toEqual({
      ...defaults,
      promptLogging: true,
    });
    expect(await settings.updateLog(admin, { logRetentionDays: 7 })).toEqual({
      ...defaults,
      promptLogging: true,
      logRetentionDays: 7,
    });
    expect(await settings.log(admin)).toEqual({ ...defaults, promptLogging: true, logRetentionDays: 7 });
    expect(await world.notices()).toEqual(['setting:log', 'setting:log']);
    const trail = await world.db.auditEntry.findMany({
      where: { action: 'settings.update' },
      orderBy: { at: 'asc' },
    });
    expect(trail.map(({ before, after }) => [before, after])).toMatchObject([
      [{ promptLogging: false }, { promptLogging: true }],
      [{ logRetentionDays: 90 }, { logRetentionDays: 7 }],
    ]);
  });

  it('do not lose one of two changes at the same time', async () => {
    const { settings } = world.domain;
    await Promise.all([
      settings.updateLog(admin, { level: 'debug' }),
      settings.updateLog(admin, { promptRetentionHours: 5 }),
    ]);
    expect(await settings.log(admin)).toMatchObject({ level: 'debug', promptRetentionHours: 5 });
  });

  it('refuse what makes no sense, and read a spoilt row as defaults', async () => {
    const bad = { level: 'loud' as never, promptRetentionHours: 0, logRetentionDays: 99_999 };
    expect(pathsOf(await refusal(world.domain.settings.updateLog(admin, bad)))).toEqual(Object.keys(bad));
    await world.db.setting.update({
      where: { key: 'log' },
      data: { value: { level: 5, promptLogging: true } },
    });
    expect(await world.domain.settings.log(admin)).toMatchObject({ level: 'info', promptLogging: true });
  });

  it('are the admin’s alone', async () => {
    for (const role of ['maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const) {
      expect((await refusal(world.domain.settings.log(actor(role)))).code).toBe('forbidden');
      expect((await refusal(world.domain.settings.updateLog(actor(role), {}))).code).toBe('forbidden');
    }
  });
});
