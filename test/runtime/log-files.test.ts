/** Log files beside stdout: what stands in them, how they roll, and what happens when they cannot be written. */
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../src/accounting/record.ts';
import { LOG_DEFAULTS, type FileLogging, type LogConfig } from '../../src/log-config.ts';
import { createLogFiles, type LogFiles } from '../../src/runtime/log-files.ts';
import type { Timers } from '../../src/runtime/timers.ts';
import { cipher, recordLog, type LogLine } from './world.ts';
import { record } from '../accounting/records.ts';

let dataDir: string;
let logFiles: LogFiles;
let lines: LogLine[];
let copy: ((line: string) => void) | null;
/** Runs what waits for its time. */
let runTimers: () => void;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'prism-logs-'));
  const recorded = recordLog();
  lines = recorded.lines;
  copy = null;
  const waiting = new Set<() => void>();
  const timers: Timers = {
    after(_ms, run) {
      waiting.add(run);
      return () => waiting.delete(run);
    },
  };
  runTimers = () => {
    for (const run of waiting) {
      waiting.delete(run);
      run();
    }
  };
  logFiles = createLogFiles({
    dataDir,
    pod: 'here-3000',
    tenantSlug: (id) => (id === TENANT ? 'team' : null),
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
    copyLog: (write) => (copy = write),
    log: recorded.log,
    timers,
  });
});
afterEach(async () => {
  await logFiles.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const TENANT = '01930000-0000-7000-8000-000000000001';

function config(files: Partial<FileLogging> = {}, more: Partial<LogConfig> = {}): LogConfig {
  return { ...LOG_DEFAULTS, ...more, fileLogging: { ...LOG_DEFAULTS.fileLogging, enabled: true, ...files } };
}

function finished(more: Partial<RequestRecord> = {}): RequestRecord {
  return record({ tenantId: TENANT, ...more });
}

const nameOf = (kind: string) =>
  kind === 'process' ? 'process-here-3000.1.log' : 'requests-here-3000.1.jsonl';
const fileOf = (kind: string, directory = 'logs') => join(dataDir, directory, nameOf(kind));

/** The lines of a file, once there are as many. */
async function linesOf(path: string, count: number): Promise<Record<string, unknown>[]> {
  await expect.poll(() => textOf(path).then((text) => text.split('\n').length - 1), WAIT).toBe(count);
  const text = await textOf(path);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const WAIT = { timeout: 60_000, interval: 10 };

async function textOf(path: string): Promise<string> {
  return existsSync(path) ? await readFile(path, 'utf8') : '';
}

describe('log files', () => {
  it('are none while they are off', async () => {
    logFiles.apply(config({ enabled: false }));
    expect(logFiles.wantsRequests).toBe(false);
    expect(copy).toBe(null);
    expect(logFiles.status).toEqual({ enabled: false, directory: null, error: null, linesDropped: 0 });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('have the process log in one and each finished request in another, readable by this user alone', async () => {
    logFiles.apply(config());
    copy?.('{"level":30,"msg":"hello"}\n');
    logFiles.request(
      finished({ model: 'gpt-4o', actualCostPico: 1_500_000, status: 'error', errorCode: 'x' }),
    );
    expect(await linesOf(fileOf('process'), 1)).toEqual([{ level: 30, msg: 'hello' }]);
    const [line] = await linesOf(fileOf('requests'), 1);
    expect(line).toMatchObject({
      kind: 'request',
      tenant: 'team',
      tenantId: TENANT,
      model: 'gpt-4o',
      status: 'error',
      errorCode: 'x',
      actualCost: 0.0000015,
    });
    expect(line).toHaveProperty('inputTokens');
    expect(new Date(String(line?.['time'])).toISOString()).toBe(line?.['time']);
    expect(line).not.toHaveProperty('snapshot');
    expect(line).not.toHaveProperty('content');
    for (const kind of ['process', 'requests']) expect((await stat(fileOf(kind))).mode & 0o077).toBe(0);
    expect((await stat(join(dataDir, 'logs'))).mode & 0o077).toBe(0);
  });

  it('hold prompts only where both switches say so, and follow them without a new file', async () => {
    const plain = finished();
    const content = { prompt: 'a secret question', promptCut: false, answer: 'an answer', answerCut: false };
    const logged = {
      ...plain,
      snapshot: cipher.encrypt(JSON.stringify(content), `snapshot:${plain.id}`),
    };
    const steps = [
      { includePrompts: false, promptLogging: true, shown: false },
      { includePrompts: true, promptLogging: false, shown: false },
      { includePrompts: true, promptLogging: true, shown: true },
      { includePrompts: false, promptLogging: true, shown: false },
    ];
    for (const [index, { includePrompts, promptLogging, shown }] of steps.entries()) {
      logFiles.apply(config({ includePrompts }, { promptLogging }));
      logFiles.request(logged);
      const found = await linesOf(fileOf('requests'), index + 1);
      expect(found.at(-1)?.['content']).toEqual(shown ? content : undefined);
    }
    // The other one is made when its thread comes to it.
    await expect.poll(() => readdir(join(dataDir, 'logs')), WAIT).toHaveLength(2);
  });

  it('say nothing of a prompt that cannot be decrypted, and go on', async () => {
    logFiles.apply(config({ includePrompts: true }, { promptLogging: true }));
    logFiles.request(finished({ snapshot: 'spoilt' }));
    const [line] = await linesOf(fileOf('requests'), 1);
    expect(line).not.toHaveProperty('content');
    expect(lines.map(({ msg }) => msg)).toContain('log files: prompt and answer could not be read');
  });

  it('move, and end, when the settings say so, without losing a line', async () => {
    logFiles.apply(config());
    copy?.('{"n":1}\n');
    logFiles.apply(config({ directory: 'elsewhere/deep' }));
    copy?.('{"n":2}\n');
    logFiles.apply(config({ directory: 'elsewhere/deep', maxSizeMb: 7 }));
    copy?.('{"n":3}\n');
    expect(logFiles.status.directory).toBe(join(dataDir, 'elsewhere/deep'));
    logFiles.apply(config({ enabled: false }));
    expect(copy).toBe(null);
    await logFiles.stop();
    expect(await linesOf(fileOf('process'), 1)).toEqual([{ n: 1 }]);
    expect(await linesOf(fileOf('process', 'elsewhere/deep'), 2)).toEqual([{ n: 2 }, { n: 3 }]);
    expect(logFiles.status.linesDropped).toBe(0);
  });

  it('take an absolute directory as it is', async () => {
    const directory = join(dataDir, 'mount');
    logFiles.apply(config({ directory }));
    copy?.('{"n":1}\n');
    expect(await linesOf(join(directory, nameOf('process')), 1)).toEqual([{ n: 1 }]);
  });

  it('roll at their size, keep as many as they should, and count those of an earlier start', async () => {
    const directory = join(dataDir, 'logs');
    await mkdir(directory);
    await writeFile(join(directory, 'process-here-3000.1.log'), 'of an earlier start\n');
    await writeFile(join(directory, 'process-here-30.1.log'), 'another process\n');
    logFiles.apply(config({ maxSizeMb: 1, maxFiles: 3 }));
    const line = `${JSON.stringify({ text: 'x'.repeat(1000) })}\n`;
    const names = async () =>
      (await readdir(directory)).filter((name) => name.startsWith('process-here-3000'));
    for (let highest = 2; highest <= 6; highest += 1) {
      for (let i = 0; i < 1_100; i += 1) copy?.(line);
      await expect.poll(names, WAIT).toContain(`process-here-3000.${highest}.log`);
    }
    await expect.poll(async () => (await names()).length, WAIT).toBeLessThanOrEqual(3);
    expect(await names()).not.toContain('process-here-3000.1.log');
    expect(await readFile(join(directory, 'process-here-30.1.log'), 'utf8')).toBe('another process\n');
    expect(logFiles.status.linesDropped).toBe(0);
  });

  it('lose and tear no line when they roll, however long the lines are', async () => {
    logFiles.apply(config({ maxSizeMb: 1, maxFiles: 100 }));
    const directory = join(dataDir, 'logs');
    const processFiles = async () => (await readdir(directory)).filter((name) => name.startsWith('process'));
    const count = 4_000;
    for (let n = 0; n < count; n += 1) {
      copy?.(`${JSON.stringify({ n, text: 'ü€😀'.repeat(n % 500 === 0 ? 40_000 : 100) })}\n`);
      // It rolls in a pause; without one, when it has written all that was handed over.
      if (n % 1_000 === 999)
        await expect.poll(async () => (await processFiles()).length, WAIT).toBe(2 + Math.floor(n / 1_000));
    }
    await logFiles.stop();
    const names = await processFiles();
    const numberOf = (name: string) => Number(name.split('.')[1]);
    const texts = await Promise.all(
      names.sort((a, b) => numberOf(a) - numberOf(b)).map((name) => readFile(join(directory, name), 'utf8')),
    );
    const found = texts
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n);
    expect(found).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(logFiles.status.linesDropped).toBe(0);
  });
});

describe('log files that cannot be written', () => {
  const said = () => lines.filter(({ msg }) => msg.startsWith('log files: cannot be written')).length;

  it('because of their directory: it is said once, lines are counted, and they are written once it is mended', async () => {
    await writeFile(join(dataDir, 'logs'), 'a file where the directory should be');
    logFiles.apply(config());
    copy?.('{"n":1}\n');
    await expect.poll(() => logFiles.status.error, WAIT).toMatch(/EEXIST|ENOTDIR/);
    await expect.poll(said, WAIT).toBe(2);
    copy?.('{"n":2}\n');
    logFiles.request(finished());
    await expect.poll(() => logFiles.status.linesDropped, WAIT).toBe(3);
    runTimers();
    await rm(join(dataDir, 'logs'));
    await expect
      .poll(() => {
        runTimers();
        copy?.('{"n":3}\n');
        logFiles.request(finished());
        return logFiles.status.error;
      }, WAIT)
      .toBe(null);
    expect(await textOf(fileOf('process'))).toContain('{"n":3}');
    expect(said()).toBe(2);
    await expect
      .poll(() => lines.filter(({ msg }) => msg === 'log files: written again').length, WAIT)
      .toBe(2);
  });

  it('because the disk is full: the same', async () => {
    const directory = join(dataDir, 'logs');
    await mkdir(directory);
    await symlink('/dev/full', fileOf('requests'));
    logFiles.apply(config());
    await expect
      .poll(() => {
        logFiles.request(finished());
        return logFiles.status.error;
      }, WAIT)
      .toMatch(/ENOSPC/);
    // Opened again it can be opened, but still not be written.
    for (let tries = 0; tries < 3; tries += 1) {
      const before = logFiles.status.linesDropped;
      runTimers();
      await expect
        .poll(() => {
          logFiles.request(finished());
          return logFiles.status.linesDropped;
        }, WAIT)
        .toBeGreaterThan(before + 3);
      expect(logFiles.status.error).toMatch(/ENOSPC/);
    }
    await rm(fileOf('requests'));
    await expect
      .poll(() => {
        runTimers();
        logFiles.request(finished());
        return logFiles.status.error;
      }, WAIT)
      .toBe(null);
    expect(await textOf(fileOf('requests'))).toContain('"kind":"request"');
    expect(said()).toBe(1);
  });
});
