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
    const defaults = {
      level: 'info',
      fileLogging: {
        enabled: false,
        directory: 'logs',
        maxSizeMb: 100,
        maxFiles: 10,
        includePrompts: false,
      },
      promptLogging: false,
      promptRetentionHours: 24,
      logRetentionDays: 90,
    };
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

  it('leave the level to LOG_LEVEL of each process until somebody sets one', async () => {
    const { settings } = world.domain;
    const stored = () => world.db.setting.findUnique({ where: { key: 'log' }, select: { value: true } });
    expect(await settings.log(admin)).toMatchObject({ level: 'info' });
    expect(await stored()).toMatchObject({ value: { level: null } });
    expect(await settings.updateLog(admin, { level: 'silent' })).toMatchObject({ level: 'silent' });
    expect(await stored()).toMatchObject({ value: { level: 'silent' } });
  });

  it('change one member of the log files and leave the others', async () => {
    const { settings } = world.domain;
    await settings.updateLog(admin, { fileLogging: { enabled: true, directory: '/var/log/prism' } });
    const { fileLogging } = await settings.updateLog(admin, { fileLogging: { maxFiles: 2, enabled: null } });
    const expected = {
      enabled: true,
      directory: '/var/log/prism',
      maxSizeMb: 100,
      maxFiles: 2,
      includePrompts: false,
    };
    expect(fileLogging).toEqual(expected);
    expect((await settings.log(admin)).fileLogging).toEqual(expected);
  });

  it.each([
    [{ directory: '../elsewhere' }, 'fileLogging.directory'],
    [{ directory: '' }, 'fileLogging.directory'],
    [{ maxSizeMb: 0 }, 'fileLogging.maxSizeMb'],
    [{ maxSizeMb: 1.5 }, 'fileLogging.maxSizeMb'],
    [{ maxFiles: 1 }, 'fileLogging.maxFiles'],
    [{ includePrompts: 'yes' as never }, 'fileLogging.includePrompts'],
  ])('refuse the log files %j by the name of the field', async (fileLogging, path) => {
    const refused = await refusal(world.domain.settings.updateLog(admin, { fileLogging }));
    expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', [path]]);
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
