import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actor, createWorld, refusal, SYSTEM, type World } from './world.ts';

let world: World;
const admin = actor('admin');
const NOT_ADMIN = ['maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.pod.deleteMany();
  await world.notices();
});

const idOf = (n: number) => `01930000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`;

/** A process that was last heard so many seconds ago. */
async function pod(n: number, secondsAgo: number, stats: object = {}): Promise<string> {
  const id = idOf(n);
  await world.db.$executeRaw`
    INSERT INTO pod (id, role, host, version, started_at, last_seen_at, stats)
    VALUES (${id}::uuid, 'worker', ${`host-${n}`}, '2.0.0', now() - make_interval(hours => 24 - ${n}::int),
            now() - make_interval(secs => ${secondsAgo}), ${JSON.stringify(stats)}::jsonb)`;
  return id;
}

const counters = (requests: number, errors: number, blocked: number, activeStreams: number) => ({
  counters: { requests, errors, blocked, activeStreams },
});

describe('the overview', () => {
  it('lists processes until a minute after their last sign of life, and says which are gone', async () => {
    for (const [n, age] of [0, 8, 16, 50, 61].entries()) await pod(n, age);
    const { pods } = await world.domain.system.overview(admin);
    expect(pods.map(({ podId, gone }) => [podId, gone])).toEqual([
      [idOf(0), false],
      [idOf(1), false],
      [idOf(2), true],
      [idOf(3), true],
    ]);
    expect(pods[0]).toMatchObject({ role: 'worker', host: 'host-0', version: '2.0.0', draining: false });
    expect(pods[0]?.startedAt).toBeInstanceOf(Date);
  });

  it('sums what all processes have done that are there, whatever their version says of itself', async () => {
    const journal = (entries: number, oldestMs: number | null) => ({
      journal: { entries, bytes: 10, oldestMs },
    });
    await pod(1, 0, { ...counters(10, 1, 2, 3), ...journal(5, 1_000) });
    await pod(2, 5, { ...counters(100, 10, 20, 30), ...journal(6, 3_000) });
    await pod(3, 20, counters(1_000, 100, 200, 300));
    await pod(4, 0, { counters: 'of a later version', journal: journal(0, null) });
    const { counters: sums, database } = await world.domain.system.overview(admin);
    expect(sums).toEqual({ requests: 110, errors: 11, blocked: 22, activeStreams: 33 });
    expect(database.journal).toEqual({ entries: 11, bytes: 20, oldestMs: 3_000 });
  });

  it('says of the database what an operator asks for', async () => {
    const { database } = await world.domain.system.overview(admin);
    expect(database.version).toMatch(/^\d+/);
    expect(database.sizeBytes).toBeGreaterThan(1_000_000);
    expect(database.connections).toBeGreaterThan(0);
    expect(database.maxConnections).toBeGreaterThanOrEqual(database.connections);
    expect(database.latencyMs).toBeGreaterThanOrEqual(0);
    expect(database.log).toEqual({
      partitions: expect.any(Number),
      oldestDay: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      bytes: expect.any(Number),
    });
    expect(database.log.partitions).toBeGreaterThan(0);
  });

  it('says of each provider the newest that is known: what a process saw, or the last check', async () => {
    const make = async (name: string, data: object = {}) => {
      const { id } = await world.domain.providers.create(SYSTEM, { name, type: 'simulator' });
      await world.db.provider.update({ where: { id }, data });
      return id;
    };
    const at = (iso: string) => new Date(iso);
    const checked = { status: 'error', statusMessage: 'no route', lastCheckedAt: at('2026-11-01T10:00:00Z') };
    const ids = {
      unseen: await make('A unseen'),
      checked: await make('B checked', checked),
      better: await make('C better since', checked),
      worse: await make('D worse', { status: 'connected', lastCheckedAt: at('2026-11-01T10:00:00Z') }),
      mended: await make('E mended', { status: 'connected', lastCheckedAt: at('2026-11-01T12:00:00Z') }),
    };
    await world.db.providerModel.createMany({
      data: [
        { providerId: ids.unseen, modelId: 'one', name: 'one' },
        { providerId: ids.unseen, modelId: 'hidden', name: 'hidden', visible: false },
        { providerId: ids.unseen, modelId: 'vanished', name: 'vanished', missingSince: new Date() },
      ],
    });
    const traffic = Date.parse('2026-11-01T11:00:00Z');
    const early = Date.parse('2026-11-01T10:30:00Z');
    await pod(1, 0, {
      providers: {
        [ids.better]: { ok: true, at: traffic, trafficAt: traffic },
        [ids.worse]: { ok: true, at: early, trafficAt: early },
        [ids.mended]: { ok: false, error: 'Timed out', at: traffic, trafficAt: traffic },
      },
    });
    await pod(2, 0, {
      providers: {
        [ids.better]: { ok: false, error: 'Timed out', at: early, trafficAt: null },
        [ids.worse]: { ok: false, error: 'Connection refused', at: traffic, trafficAt: null },
      },
    });
    const { providers } = await world.domain.system.overview(admin);
    expect(
      providers.map(({ slug, status, error, models, lastTrafficAt }) => [
        slug,
        status,
        error,
        models,
        lastTrafficAt?.toISOString() ?? null,
      ]),
    ).toEqual([
      ['a-unseen', 'unchecked', null, 1, null],
      ['b-checked', 'error', 'no route', 0, null],
      ['c-better-since', 'connected', null, 0, '2026-11-01T11:00:00.000Z'],
      ['d-worse', 'error', 'Connection refused', 0, '2026-11-01T10:30:00.000Z'],
      ['e-mended', 'connected', null, 0, '2026-11-01T11:00:00.000Z'],
    ]);
  });

  it('says to all who look after providers since when they are so, and which are left alone', async () => {
    const { id } = await world.domain.providers.create(SYSTEM, { name: 'Z shut', type: 'simulator' });
    const now = Date.now();
    const since = now - 60_000;
    await pod(1, 0, {
      providers: {
        [id]: { ok: false, error: 'Timed out', at: now, trafficAt: now, since, openUntil: now + 30_000 },
      },
    });
    const stateOf = async () =>
      (await world.domain.system.providers(actor('maintainer'))).find((one) => one.id === id);
    expect(await stateOf()).toMatchObject({
      status: 'error',
      error: 'Timed out',
      since: new Date(since),
      openUntil: new Date(now + 30_000),
    });
    await world.db.pod.deleteMany();
    await pod(2, 0, { providers: { [id]: { ok: true, at: now, trafficAt: now, openUntil: now - 1 } } });
    expect(await stateOf()).toMatchObject({ status: 'connected', since: new Date(now), openUntil: null });
    const refused = await refusal(world.domain.system.providers(actor('finops')));
    expect(refused.code).toBe('forbidden');
  });

  it('is the admin’s alone', async () => {
    for (const role of NOT_ADMIN)
      expect((await refusal(world.domain.system.overview(actor(role)))).code).toBe('forbidden');
  });
});

describe('an eviction', () => {
  const trail = (id: string) => world.db.auditEntry.findMany({ where: { targetId: id } });

  it('marks the process, tells it, and stands in the audit log', async () => {
    const id = await pod(1, 0);
    expect(await world.domain.system.evict(admin, id)).toMatchObject({ podId: id, evicted: true });
    expect(await world.notices()).toEqual([`pod:${id}`]);
    expect(await trail(id)).toMatchObject([
      { action: 'pod.evict', targetType: 'pod', actorName: 'the-admin', after: { host: 'host-1' } },
    ]);
  });

  it('asked for twice, also at the same time, is one', async () => {
    const id = await pod(2, 0);
    const { system } = world.domain;
    await Promise.all([system.evict(admin, id), system.evict(admin, id.toUpperCase())]);
    const marked = await world.db.pod.findUniqueOrThrow({ where: { id } });
    await system.evict(admin, id);
    expect(await world.db.pod.findUniqueOrThrow({ where: { id } })).toEqual(marked);
    expect(await world.notices()).toEqual([`pod:${id}`]);
    expect(await trail(id)).toHaveLength(1);
  });

  it('of a process that is not listed, or of none, is refused', async () => {
    const silent = await pod(3, 61);
    for (const id of [silent, idOf(99), 'no id']) {
      expect((await refusal(world.domain.system.evict(admin, id))).code).toBe('not_found');
    }
    expect(await world.notices()).toEqual([]);
  });

  it('is the admin’s alone', async () => {
    const id = await pod(4, 0);
    for (const role of NOT_ADMIN)
      expect((await refusal(world.domain.system.evict(actor(role), id))).code).toBe('forbidden');
    expect(await world.db.pod.findUniqueOrThrow({ where: { id } })).toMatchObject({ evictedAt: null });
  });
});
