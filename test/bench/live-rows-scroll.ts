/**
 * `npm run bench:log-scroll`: a log of 100,000 requests scrolled through in Chromium, by wheel, by dragging the bar and
 * by keys: how even the frames come, how soon the rows are there, and what the page keeps in memory. Server, database
 * and browser share the machine. Needs the built console and Chromium. Arguments: --rows=N.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createPool } from '../../src/database/client.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openTab } from '../web/browser.ts';
import { setUp, signIn } from '../web/ready.ts';
import { fill } from './data-fill.ts';
import {
  framesWhile,
  heapMb,
  SMOOTHNESS_HEAD,
  smoothnessRow,
  watch,
  type Watched,
} from './live-rows-frames.ts';
import { spawnServer } from './process.ts';
import { freePort } from './targets.ts';

const rows = Number(process.argv.find((it) => it.startsWith('--rows='))?.slice('--rows='.length) ?? 100_000);
const DAYS = 7;
const ROOT = join(import.meta.dirname, '../..');

const log = pino({ level: 'warn' });
const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-scroll-'));
const embedded = await startEmbedded({ dataDir, log, settings: { fsync: 'off', synchronous_commit: 'off' } });
try {
  await migrate({ url: embedded.url, directory: join(ROOT, 'prisma/migrations'), log });
  const pool = createPool(embedded.url, { max: 1, applicationName: 'bench' });
  pool.options.query_timeout = undefined;
  let filled = 0;
  await fill({ pool, rows, days: DAYS, now: new Date(), onDay: (_day, count) => (filled += count) });
  await pool.end();
  await serve(filled);
} finally {
  await embedded.stop();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(embedded.home, { recursive: true, force: true });
}

async function serve(filled: number): Promise<void> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const server = await spawnServer(
    process.execPath,
    [join(ROOT, 'src/main.ts')],
    {
      origin,
      env: {
        PORT: new URL(origin).port,
        DATABASE_URL: embedded.url,
        PRISM_DATA_DIR: join(dataDir, 'product'),
        LOG_LEVEL: 'error',
      },
    },
    async (url) => (await fetch(`${url}/health`)).ok,
  );
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
    // They are dragged.
    ignoreDefaultArgs: ['--hide-scrollbars'],
  });
  try {
    await setUp(origin);
    print(
      `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
        `load ${loadavg()[0]?.toFixed(1)}; Node ${process.version}, Chromium ${browser.version()} without a screen or ` +
        `GPU; ${new Date().toISOString().slice(0, 10)}`,
    );
    print(
      `${filled} requests of ${DAYS} days; window of 1440 × 900; server, database and browser share the machine.\n`,
    );
    const { page, complaints } = await openTab(browser, origin, { reducedMotion: 'no-preference' });
    await signIn(page, origin);
    await measure(browser, page, filled);
    print(`The browser's console complained ${complaints.length} times.`);
    if (complaints.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function measure(browser: Browser, page: Page, filled: number): Promise<void> {
  await page.goto('/requests');
  await page.getByText(`${filled.toLocaleString('en-US')} requests`, { exact: true }).waitFor();
  const watched = await watch(browser, page);
  const heapBefore = await heapMb(watched);
  print(SMOOTHNESS_HEAD);
  await shown('wheel, top to end', watched, byWheel);
  await shown('bar dragged to the top and back', watched, byBar);
  await shown('keys: 100 pages, end, begin', watched, byKeys);
  print(
    `\nHeap ${heapBefore.toFixed(1)} MB before, ${(await heapMb(watched)).toFixed(1)} MB after all of it.`,
  );
}

async function shown(
  name: string,
  watched: Watched,
  scroll: (page: Page) => Promise<readonly number[]>,
): Promise<void> {
  let waits: readonly number[] = [];
  const smoothness = await framesWhile(watched, async () => (waits = await scroll(watched.page)));
  const end = waits.map((ms) => ms.toFixed(0)).join(', ');
  print(
    `${smoothnessRow(name, smoothness)} rows there after ${end} ms at each stop; heap ${(await heapMb(watched)).toFixed(1)} MB |`,
  );
}

/** Three pages of the window a turn, as fast as the browser takes them. */
async function byWheel(page: Page): Promise<number[]> {
  const box = await boxOf(page);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const height = 3 * box.height;
  const waits: number[] = [];
  for (let at = await topOf(page); ;) {
    await page.mouse.wheel(0, height);
    const next = await page.evaluate<number>(`new Promise((resolve) => requestAnimationFrame(() => {
      resolve(document.querySelector('[role=table]').parentElement.scrollTop);
    }))`);
    if (next === at && (await isEnd(page))) break;
    at = next;
  }
  waits.push(await rowsAreThere(page));
  return waits;
}

async function byBar(page: Page): Promise<number[]> {
  const box = await boxOf(page);
  const x = box.x + box.width - 6;
  // The handle, which is small in a long log, begins behind the arrow at each end; it is dragged beyond that.
  const top = box.y + 22;
  const bottom = box.y + box.height - 22;
  const waits: number[] = [];
  for (const [from, to] of [
    [bottom, top - 40],
    [top, bottom + 40],
  ] as const) {
    await page.mouse.move(x, from);
    await page.mouse.down();
    await page.mouse.move(x, to, { steps: 60 });
    await page.mouse.up();
    waits.push(await rowsAreThere(page));
  }
  if (!(await isEnd(page))) throw new Error('the bar does not lead to the end');
  return waits;
}

async function byKeys(page: Page): Promise<number[]> {
  const waits: number[] = [];
  await page.keyboard.press('Home');
  await page.evaluate(`document.querySelector('[role=table]').parentElement.scrollTop = 0`);
  await page.locator('[aria-rowindex="2"] a').focus();
  for (let pages = 0; pages < 100; pages += 1) await page.keyboard.press('PageDown');
  waits.push(await rowsAreThere(page));
  await page.keyboard.press('End');
  waits.push(await rowsAreThere(page));
  // What stands beneath the last row may still be out of sight.
  await page.waitForFunction(`(() => {
    const row = document.activeElement.closest('[role=row]');
    return row?.ariaRowIndex === document.querySelector('[role=table]').ariaRowCount;
  })()`);
  await page.keyboard.press('Home');
  waits.push(await rowsAreThere(page));
  if ((await topOf(page)) !== 0) throw new Error('the key Home does not lead to the begin');
  return waits;
}

async function boxOf(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator('[role=table]').locator('..').boundingBox();
  if (box === null) throw new Error('there is no table');
  return box;
}

async function topOf(page: Page): Promise<number> {
  return await page.evaluate<number>(`document.querySelector('[role=table]').parentElement.scrollTop`);
}

async function isEnd(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(`(() => {
    const box = document.querySelector('[role=table]').parentElement;
    return box.scrollTop + box.clientHeight >= box.scrollHeight - 2 && box.textContent.includes('These are all.');
  })()`);
}

/** Milliseconds until each row in sight is a row of the log. */
async function rowsAreThere(page: Page): Promise<number> {
  const start = performance.now();
  await page.waitForFunction(`(() => {
    const table = document.querySelector('[role=table]');
    const box = table.parentElement.getBoundingClientRect();
    const x = box.left + 40;
    for (let y = box.top + 50; y < box.bottom - 40; y += 30) {
      const row = document.elementFromPoint(x, y)?.closest('[role=row]');
      if (row !== null && row !== undefined && row.querySelector('a') === null) return false;
    }
    return table.querySelectorAll('[role=row] a').length > 5;
  })()`);
  return performance.now() - start;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
