import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { kindOf } from '../../src/accounting/journal-line.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/accounting/journal.ts';
import type { JournalEntry } from '../../src/accounting/record.ts';
import { encodeRequest, REQUEST_COLUMNS } from '../../src/accounting/request-columns.ts';
import { findSegments } from '../../src/accounting/segment.ts';
import { record } from './records.ts';
import { waitFor } from './wait-for.ts';

const log = pino({ level: 'silent' });
let dataDir: string;
const opened: Journal[] = [];
const children: ChildProcess[] = [];
const SESSION_ID = REQUEST_COLUMNS.findIndex(({ name }) => name === 'session_id');

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'prism-journal-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const journal of opened.splice(0)) await journal.close();
  fs.rmSync(dataDir, { recursive: true, force: true });
});

async function open(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal({ dataDir, fsync: false, log, ...options });
  opened.push(journal);
  return journal;
}

function append(
  journal: Journal,
  entry: JournalEntry = { kind: 'request', request: record() },
): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.append(entry, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** What the lines in the journal directory hold, of all processes; each of them is whole and holds a request. */
async function linesOnDisk(): Promise<string[]> {
  const segments = await findSegments(path.join(dataDir, 'journal'));
  return segments.flatMap((segment) => {
    const lines = fs.readFileSync(segment).toString('latin1').split('\n').slice(0, -1);
    return lines.map((line) => {
      const bytes = Buffer.from(line, 'latin1');
      expect(kindOf(bytes, 0, bytes.length)).toBe('request');
      return bytes.toString().slice('00000000 r\t'.length);
    });
  });
}

/** A process that appends entries until it is killed and prints each one's session id once it is written. */
function startAppender(): ChildProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'appender.ts'), dataDir]);
  children.push(child);
  return child;
}

describe('a written entry', () => {
  test('is in the file when its callback runs', async () => {
    const journal = await open();
    const request = record({ userName: 'Zoë 😀 "x"\n' });
    await append(journal, { kind: 'request', request });
    expect(await linesOnDisk()).toEqual([encodeRequest(request)]);
  });

  test('shares one write(2) with all others of its turn, and the next turn has its own', async () => {
    const journal = await open();
    const write = vi.spyOn(fs, 'writeSync');
    await Promise.all(Array.from({ length: 100 }, () => append(journal)));
    expect(write).toHaveBeenCalledTimes(1);
    await append(journal);
    expect(write).toHaveBeenCalledTimes(2);
  });

  test('reaches the disk first where that is asked for', async () => {
    const sync = vi.spyOn(fs, 'fdatasyncSync');
    await append(await open({ fsync: false }));
    expect(sync).not.toHaveBeenCalled();
    await append(await open({ fsync: true }));
    expect(sync).toHaveBeenCalledTimes(1);
  });

  test('is not held back by the callback of another that throws', async () => {
    const journal = await open();
    journal.append({ kind: 'request', request: record() }, () => {
      throw new Error('the client is gone');
    });
    await append(journal);
    expect(await linesOnDisk()).toHaveLength(2);
  });

  test('is counted, with its bytes and its age', async () => {
    let now = 1_000_000;
    const journal = await open({ now: () => now });
    expect(journal.depth()).toEqual({ entries: 0, bytes: 0, oldestMs: 0 });
    await append(journal);
    now += 5_000;
    await append(journal);
    const { entries, bytes, oldestMs } = journal.depth();
    expect(entries).toBe(2);
    expect(bytes).toBe((await findSegments(dataDir)).reduce((sum, file) => sum + fs.statSync(file).size, 0));
    expect(oldestMs).toBe(5_000);
  });

  test('goes into a new file when the last is full', async () => {
    const journal = await open({ segmentBytes: 1_000 });
    for (let i = 0; i < 5; i += 1) await append(journal);
    expect((await findSegments(dataDir)).length).toBeGreaterThan(1);
    expect(await linesOnDisk()).toHaveLength(5);
  });
});

describe('trouble with the disk', () => {
  test('a write that fails half-way is reported to all it concerns and leaves nothing behind', async () => {
    let now = 1_000_000;
    const journal = await open({ now: () => now });
    await append(journal);
    vi.spyOn(fs, 'writeSync').mockImplementationOnce((fd: number) => {
      fs.writeSync(fd, 'the beginning of a line', journal.depth().bytes);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    const outcomes = await Promise.allSettled([append(journal), append(journal)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(journal.accepting()).toBe(false);
    now += 1_000;
    expect(journal.accepting()).toBe(true);
    await append(journal);
    expect(await linesOnDisk()).toHaveLength(2);
    expect(journal.depth().entries).toBe(2);
  });

  test('a clock that is put back after it does not keep requests out', async () => {
    let now = 10_000_000;
    const journal = await open({ now: () => now });
    vi.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await expect(append(journal)).rejects.toThrow('ENOSPC');
    now -= 3_600_000;
    expect(journal.accepting()).toBe(true);
  });

  test('a full journal refuses with 503 before it is quite full, then clearly, and recovers when drained', async () => {
    const journal = await open({ maxBytes: 10_000 });
    let error: unknown = null;
    let warned = false;
    for (let i = 0; i < 50 && error === null; i += 1) {
      error = await append(journal).then(
        () => null,
        (reason: unknown) => reason,
      );
      warned ||= !journal.accepting();
    }
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    expect(warned).toBe(true);
    expect(journal.depth().bytes).toBeLessThan(12_000);

    const segment = journal.backlog.next();
    if (segment === null) throw new Error('the backlog is empty');
    await journal.backlog.commit(segment, segment.size, segment.entries);
    expect(journal.accepting()).toBe(true);
    await append(journal);
  });

  test('a closed journal takes nothing and says so', async () => {
    const journal = await open();
    await journal.close();
    await expect(append(journal)).rejects.toThrow('closed');
    expect(journal.accepting()).toBe(false);
  });
});

describe('the journal of a process that is gone', () => {
  test('is taken over, whatever moment kill -9 came at: every entry that was reported written is there', async () => {
    for (const afterLines of [1, 50, 400]) {
      const child = startAppender();
      let seen = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      await waitFor('entries were written', () => seen.split('\n').length > afterLines);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const written = seen.split('\n').slice(0, -1);

      const journal = await open();
      const found = new Set((await linesOnDisk()).map((line) => line.split('\t')[SESSION_ID]));
      expect(written.filter((id) => !found.has(id))).toEqual([]);
      expect(journal.depth().entries).toBeGreaterThanOrEqual(written.length);
      await journal.close();
    }
  });

  test('is left alone while the process lives', async () => {
    const child = startAppender();
    let seen = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await waitFor('the other process writes', () => seen.includes('\n'));
    const journal = await open();
    expect(await journal.adopt()).toBe(0);
    expect(journal.depth().entries).toBe(0);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await journal.adopt()).toBe(1);
    expect(journal.depth().entries).toBeGreaterThan(0);
  });

  test('is taken over by one only, though many try', async () => {
    const first = await open();
    for (let i = 0; i < 10; i += 1) await append(first);
    await first.close();
    const journals = await Promise.all(Array.from({ length: 5 }, () => open()));
    const taken = journals.map((journal) => journal.depth().entries);
    expect(taken.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 10]);
  });

  test('is not mistaken for a living one when its pid was given away again', async () => {
    const root = path.join(dataDir, 'journal', 'dead');
    fs.mkdirSync(root, { recursive: true });
    const owner = { pid: process.pid, startTime: '1', machine: ownMachine() };
    fs.writeFileSync(path.join(root, 'owner.json'), JSON.stringify(owner));
    const journal = await open();
    expect(fs.existsSync(root)).toBe(false);
    expect(journal.depth().entries).toBe(0);
  });

  test('of another machine is taken over only when that has been silent for a minute', async () => {
    const root = path.join(dataDir, 'journal', 'elsewhere');
    fs.mkdirSync(root, { recursive: true });
    const file = path.join(root, 'owner.json');
    fs.writeFileSync(file, JSON.stringify({ pid: 1, startTime: '1', machine: 'another' }));
    const journal = await open();
    expect(fs.existsSync(root)).toBe(true);
    fs.utimesSync(file, Date.now() / 1000 - 61, Date.now() / 1000 - 61);
    expect(await journal.adopt()).toBe(1);
    expect(fs.existsSync(root)).toBe(false);
  });

  test('may itself hold journals that it had taken over', async () => {
    const first = await open();
    await append(first);
    await first.close();
    const second = await open();
    await append(second);
    await second.close();
    const third = await open();
    expect(third.depth().entries).toBe(2);
  });
});

test('a closed journal leaves nothing behind when all is drained', async () => {
  const journal = await open();
  await append(journal);
  const segment = journal.backlog.next();
  if (segment === null) throw new Error('the backlog is empty');
  await journal.backlog.commit(segment, segment.size, 1);
  await journal.close();
  expect(fs.readdirSync(path.join(dataDir, 'journal'))).toEqual([]);
});

function ownMachine(): string {
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${fs.readlinkSync('/proc/self/ns/pid')}`;
}
