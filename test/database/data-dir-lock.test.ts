import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataDirLockedError, lockDataDir } from '../../src/database/data-dir-lock.ts';
import { startNode } from '../kit/node-process.ts';

const HOLD = `
  import { lockDataDir } from './src/database/data-dir-lock.ts';
  lockDataDir(process.argv[1]);
  process.stdout.write('held');
  setInterval(() => undefined, 1000);
`;

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'prism-lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

test('a second taker is refused and told who holds it', async () => {
  const holder = startNode(['-e', HOLD, directory]);
  await holder.printed(/held/);
  expect(() => lockDataDir(directory, { waitMs: 0 })).toThrow(DataDirLockedError);
  expect(() => lockDataDir(directory, { waitMs: 0 })).toThrow(`(pid ${holder.child.pid})`);
  holder.child.kill('SIGKILL');
  await holder.ended;
});

test('a kill -9 gives it back at once, whatever the file says', async () => {
  const holder = startNode(['-e', HOLD, directory]);
  await holder.printed(/held/);
  holder.child.kill('SIGKILL');
  await holder.ended;
  // A pid that some living program has: it must not count.
  writeFileSync(join(directory, 'owner.pid'), `${process.ppid}\n`);
  const lock = lockDataDir(directory, { waitMs: 0 });
  expect(readFileSync(join(directory, 'owner.pid'), 'utf8')).toBe(`${process.pid}\n`);
  lock.release();
});

test('one that is just going is waited for', async () => {
  const holder = startNode(['-e', HOLD, directory]);
  await holder.printed(/held/);
  holder.child.kill('SIGKILL');
  expect(() => lockDataDir(directory, { waitMs: 5_000 }).release()).not.toThrow();
  await holder.ended;
});

test('of eight that start at once, exactly one gets it', async () => {
  const takers = Array.from({ length: 8 }, () => startNode(['-e', HOLD, directory]));
  const refused = Promise.all(takers.map((taker) => taker.ended));
  await vi.waitFor(() => expect(takers.filter(({ child }) => child.exitCode === 1)).toHaveLength(7), 60_000);
  const holders = takers.filter((taker) => taker.output().includes('held'));
  expect(holders.map(({ child }) => child.exitCode)).toEqual([null]);
  holders[0]?.child.kill('SIGKILL');
  await refused;
});

test('the same process cannot take it twice, and can after a release', () => {
  const first = lockDataDir(directory, { waitMs: 0 });
  expect(() => lockDataDir(directory, { waitMs: 0 })).toThrow(DataDirLockedError);
  first.release();
  lockDataDir(directory, { waitMs: 0 }).release();
});

test('the directory is made, for us alone', () => {
  lockDataDir(join(directory, 'a', 'b')).release();
  expect(statSync(join(directory, 'a', 'b')).mode & 0o777).toBe(0o700);
});
