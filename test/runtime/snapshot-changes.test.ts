import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { systemTimers } from '../../src/runtime/timers.ts';
import type { Snapshot } from '../../src/runtime/view.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import {
  insertKey,
  insertModel,
  insertProvider,
  insertTenant,
  notify,
  openGate,
  openSnapshots,
  temporaryDirectory,
  type Gate,
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

async function gate(): Promise<Gate> {
  const opened = await openGate(database.url);
  open.push(opened);
  return opened;
}

/** A change must be seen within a second (contract §2); later now and then is a machine that does much else. */
const seen = { timeout: 1_000, interval: 5 };

describe('a change', { retry: 2 }, () => {
  test('of a key, a limit, an alias is seen by every process within a second, and by no other tenant', async () => {
    const provider = await insertProvider(db, { slug: 'p' });
    await insertModel(db, provider, 'm');
    const a = await insertTenant(db, 'a', [provider]);
    const b = await insertTenant(db, 'b', [provider]);
    const old = await insertKey(db, a);
    const keyOfB = await insertKey(db, b);
    const processes = [await start(), await start()];
    const before = processes.map(({ snapshots }) => snapshots.current());

    await db.query('DELETE FROM tenant_key WHERE hash = $1', [old]);
    const fresh = await insertKey(db, a);
    await db.query(`UPDATE tenant SET requests_per_minute = 3, aliases = '{"fast": "m"}' WHERE id = $1`, [a]);
    await notify(db, 'tenant', a);

    for (const [index, { snapshots }] of processes.entries()) {
      await expect.poll(() => snapshots.current().keysByHash.has(fresh), seen).toBe(true);
      const [now, then] = [snapshots.current(), before[index]];
      expect(now.keysByHash.has(old)).toBe(false);
      expect(now.tenantsById.get(a)).toMatchObject({
        requestsPerMinute: 3,
        aliases: new Map([['fast', 'm']]),
      });
      // Shared, not copied: only what changed is new.
      expect(now.tenantsById.get(b)).toBe(then?.tenantsById.get(b));
      expect(now.keysByHash.get(keyOfB)).toBe(then?.keysByHash.get(keyOfB));
      expect(now.providersById.get(provider)).toBe(then?.providersById.get(provider));
      // A request that took the old snapshot keeps it as it was.
      expect(then?.keysByHash.has(old)).toBe(true);
      expect(then?.tenantsById.get(a)?.requestsPerMinute).toBe(0);
    }
  });

  test('of a provider reaches all its tenants, and they keep their keys', async () => {
    const one = await insertProvider(db, { slug: 'one', apiKey: 'sk-1' });
    const two = await insertProvider(db, { slug: 'two' });
    await insertModel(db, one, 'm');
    const both = await insertTenant(db, 'both', [one, two]);
    const other = await insertTenant(db, 'other', [two]);
    const key = await insertKey(db, both);
    const { snapshots } = await start();
    const before = snapshots.current();

    await insertModel(db, one, 'new');
    await notify(db, 'provider', one);
    await expect
      .poll(() => snapshots.current().tenantsById.get(both)?.modelsById.has('new'), seen)
      .toBe(true);
    const now = snapshots.current();
    expect(now.keysByHash.get(key)?.tenant).toBe(now.tenantsById.get(both));
    expect(now.tenantsById.get(other)).toBe(before.tenantsById.get(other));
    expect(now.version).toBe(before.version + 1);

    await db.query('UPDATE provider SET active = false WHERE id = $1', [one]);
    await notify(db, 'provider', one);
    await expect.poll(() => snapshots.current().tenantsById.get(both)?.providers.length, seen).toBe(1);
    expect(snapshots.current().tenantsById.get(both)?.modelsById.size).toBe(0);

    await db.query('DELETE FROM provider WHERE id = $1', [two]);
    await notify(db, 'provider', two);
    await expect.poll(() => snapshots.current().providersById.size, seen).toBe(0);
    expect(snapshots.current().tenantsById.get(other)?.providers).toEqual([]);
  });

  test('that makes or removes a tenant, or sets a setting, is seen too', async () => {
    const { snapshots } = await start();
    const id = await insertTenant(db, 'new', []);
    const key = await insertKey(db, id);
    await notify(db, 'tenant', id);
    await expect.poll(() => snapshots.current().keysByHash.get(key)?.tenant.slug, seen).toBe('new');
    await db.query(`INSERT INTO setting VALUES ('log', '{"promptLogging": true}', now())`);
    await notify(db, 'setting', 'log');
    await expect.poll(() => snapshots.current().settings.promptLogging, seen).toBe(true);
    await db.query('DELETE FROM tenant WHERE id = $1', [id]);
    await notify(db, 'tenant', id);
    await expect.poll(() => snapshots.current().keysByHash.size, seen).toBe(0);
    expect(snapshots.current().tenantsBySlug.has('new')).toBe(false);
  });

  test('is told to those who asked, until they do not ask any more; no change, no word', async () => {
    const { snapshots } = await start();
    const told: Snapshot[] = [];
    const stop = snapshots.onChange((snapshot) => told.push(snapshot));
    const id = await insertTenant(db, 'a', []);
    await notify(db, 'tenant', id);
    await expect.poll(() => told.length, seen).toBe(1);
    expect(told[0]).toBe(snapshots.current());
    // Twice the same notice without a change, then one with: in order, so the first two have been dealt with.
    await notify(db, 'tenant', id);
    await notify(db, 'tenant', 'no id at all');
    stop();
    await db.query('UPDATE tenant SET name = $1', ['changed']);
    await notify(db, 'tenant', id);
    await expect.poll(() => snapshots.current().tenantsById.get(id)?.name, seen).toBe('changed');
    expect(told).toHaveLength(1);
  });

  test('of which no notice came is found by the full reload of every minute', async () => {
    const minutes: (() => void)[] = [];
    const opened = openSnapshots(database.url, dataDir.path, {
      after(ms, run) {
        if (ms !== 60_000) return systemTimers.after(ms, run);
        minutes.push(run);
        return () => undefined;
      },
    });
    open.push(opened);
    await opened.snapshots.start();
    for (const name of ['first', 'second']) {
      const id = await insertTenant(db, name, []);
      minutes.shift()?.();
      await expect.poll(() => opened.snapshots.current().tenantsById.has(id), seen).toBe(true);
    }
    expect(minutes).toHaveLength(1);
  });

  test('missed while the connection was down is found when it is back; serving goes on meanwhile', async () => {
    const id = await insertTenant(db, 'a', []);
    const key = await insertKey(db, id);
    const cut = await gate();
    const { snapshots, lines } = await start(cut.url);
    cut.shut();
    await db.query('UPDATE tenant SET name = $1', ['changed']);
    await notify(db, 'tenant', id);
    expect(snapshots.current().keysByHash.get(key)?.tenant.name).toBe('a');
    await cut.reopen();
    await expect
      .poll(() => snapshots.current().tenantsById.get(id)?.name, { timeout: 60_000 })
      .toBe('changed');
    expect(snapshots.status()).toMatchObject({ source: 'database', stale: false });
    expect(lines.filter((line) => line.level >= 50).length).toBeLessThanOrEqual(1);
  });
});
