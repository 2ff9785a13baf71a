import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import {
  insertKey,
  insertModel,
  insertProvider,
  insertTenant,
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

describe('a start without PostgreSQL', () => {
  test('is refused in clear words when there is no copy', async () => {
    const cut = await gate();
    cut.shut();
    const opened = openSnapshots(cut.url, dataDir.path);
    open.push(opened);
    await expect(opened.snapshots.start()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^The settings cannot be read: PostgreSQL does not answer \(.+\), and the data directory holds no copy of them\.$/,
      ) as string,
    });
    expect(() => opened.snapshots.current()).toThrow('start() has not resolved');
  });

  test('is refused in the words of PostgreSQL when it is that which refuses', async () => {
    const other = new URL(database.url);
    other.pathname = '/prism_no_such_database';
    const opened = openSnapshots(other.href, dataDir.path);
    open.push(opened);
    await expect(opened.snapshots.start()).rejects.toMatchObject({
      code: 'unavailable',
      message:
        'The settings cannot be read: PostgreSQL refuses (database "prism_no_such_database" does not exist), and the data directory holds no copy of them.',
    });
  });

  test('serves from the copy, and from the database as soon as it is there', async () => {
    const provider = await insertProvider(db, { slug: 'p', apiKey: 'sk-top-secret' });
    await insertModel(db, provider, 'known-m', {
      input_per_1m: '2.5',
      output_per_1m: '3',
      context_window: 7,
    });
    const id = await insertTenant(db, 'a', [provider], { model_mode: 'whitelist', model_list: ['known-m'] });
    const key = await insertKey(db, id);
    const first = await start();
    const whole = first.snapshots.current();
    await first.snapshots.stop();

    const file = join(dataDir.path, 'snapshot.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain('sk-top-secret');
    expect(await readdir(dataDir.path)).toEqual(['snapshot.json']);

    const cut = await gate();
    cut.shut();
    const { snapshots, lines } = await start(cut.url);
    expect(snapshots.status()).toMatchObject({ source: 'disk', stale: true, version: 1 });
    const tenant = snapshots.current().keysByHash.get(key)?.tenant;
    const listed = tenant?.listed[0];
    expect(listed?.provider.endpoint).toEqual(whole.providersById.get(provider)?.endpoint);
    expect(listed?.model).toEqual(whole.providersById.get(provider)?.models.get('known-m'));
    expect(lines.map((line) => line.msg)).toContain('serving from the copy in the data directory');

    await db.query('UPDATE tenant SET name = $1', ['changed']);
    await cut.reopen();
    await expect
      .poll(() => snapshots.status(), { timeout: 60_000 })
      .toMatchObject({ source: 'database', stale: false });
    expect(snapshots.current().tenantsById.get(id)?.name).toBe('changed');
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['of another version', (text: string) => text.replace('"format":1', '"format":99')],
    ['not JSON', () => 'omp-secret'],
    ['of another shape', (text: string) => text.replace('"hash"', '"hsah"')],
  ])('ignores a copy that is %s, with a line in the log', async (_name, damage) => {
    await insertKey(db, await insertTenant(db, 'a', []));
    const first = await start();
    await first.snapshots.stop();
    const file = join(dataDir.path, 'snapshot.json');
    await writeFile(file, damage(await readFile(file, 'utf8')));
    const cut = await gate();
    cut.shut();
    const opened = openSnapshots(cut.url, dataDir.path);
    open.push(opened);
    await expect(opened.snapshots.start()).rejects.toMatchObject({ code: 'unavailable' });
    expect(opened.lines.map((line) => line.msg)).toContain(
      'the copy of the settings is damaged or of another version; ignored',
    );
    expect(JSON.stringify(opened.lines)).not.toContain('omp-secret');
  });
});
