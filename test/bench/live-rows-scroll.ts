/**
 * `npm run bench:log-scroll`: a log of 100,000 requests scrolled through in Chromium, by wheel, by dragging the bar and
 * by keys: how even the frames come, how soon the rows are there, and what the page keeps in memory. Server, database
 * and browser share the machine. It gives up when nothing goes on any more, not after some time. Needs the built console
 * and Chromium. Arguments: --rows=N.
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
import { Progress } from './live-rows-progress.ts';
import { spawnServer } from './process.ts';
import { freePort } from './targets.ts';

const rows = Number(process.argv.find((it) => it.startsWith('--rows='))?.slice('--rows='.length) ?? 100_000);
const DAYS = 7;
const ROOT = join(import.meta.dirname, '../..');

/** Whether the last row is in sight. */
const IS_END = `(() => {
  const box = document.querySelector('[role=table]').parentElement;
  return box.scrollTop + box.clientHeight >= box.scrollHeight - 2 && box.textContent.includes('These are all.');
})()`;

/** Whether each row in sight is a row of the log. */
const ARE_THERE = `(() => {
  const table = document.querySelector('[role=table]');
  const box = table.parentElement.getBoundingClientRect();
  const rows = [...table.querySelectorAll('[role=row][aria-rowindex]:not([aria-rowindex="1"])')].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > box.top + 32 && top < box.bottom;
  });
  return rows.length > 5 && rows.every((row) => row.ariaBusy !== 'true' && row.querySelector('a') !== null);
})()`;

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
  const progress = new Progress(page);
  await page.goto('/requests');
  const count = JSON.stringify(`${filled.toLocaleString('en-US')} requests`);
  await progress.until(
    page,
    `document.querySelector('.count')?.textContent === ${count}`,
    'the log is counted',
  );
  const watched = await watch(browser, page);
  const heapBefore = await heapMb(watched);
  const [heads, line] = SMOOTHNESS_HEAD.split('\n');
  print(`${heads} heap after MB | rows there after ms | turns with all rows in sight |\n${line}---|---|---|`);
  await shown('wheel, top to end', watched, () => byWheel(page, progress));
  await shown('bar dragged to the top and back', watched, () => byBar(page, progress));
  await shown('keys: 100 pages, end, begin', watched, () => byKeys(page, progress));
  print(
    `\nHeap ${heapBefore.toFixed(1)} MB before, ${(await heapMb(watched)).toFixed(1)} MB after all of it.`,
  );
}

/** How a scroll went. */
interface Scrolled {
  /** Ms at each stop until each row in sight was there. */
  readonly waits: readonly number[];
  /** Of all turns: how many had all their rows at once; null = it was not looked. */
  readonly whole: number | null;
}

async function shown(name: string, watched: Watched, scroll: () => Promise<Scrolled>): Promise<void> {
  let scrolled: Scrolled = { waits: [], whole: null };
  const smoothness = await framesWhile(watched, async () => (scrolled = await scroll()));
  const heap = await heapMb(watched);
  const waits = scrolled.waits.map((ms) => ms.toFixed(0)).join(', ');
  const whole = scrolled.whole === null ? '—' : `${(100 * scrolled.whole).toFixed(1)} %`;
  print(`${smoothnessRow(name, smoothness)} ${heap.toFixed(1)} | ${waits} | ${whole} |`);
}

/** Three pages of the window a turn, as fast as the browser takes them. */
async function byWheel(page: Page, progress: Progress): Promise<Scrolled> {
  const box = await boxOf(page);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  let turns = 0;
  let whole = 0;
  for (let last = -1; ;) {
    await page.mouse.wheel(0, 3 * box.height);
    const { top, isWhole } = await page.evaluate<{ top: number; isWhole: boolean }>(
      `new Promise((resolve) => requestAnimationFrame(() => {
        resolve({ top: document.querySelector('[role=table]').parentElement.scrollTop, isWhole: ${ARE_THERE} });
      }))`,
    );
    turns += 1;
    whole += Number(isWhole);
    if (top === last && (await page.evaluate<boolean>(IS_END))) break;
    if (top !== last) progress.made();
    progress.check(`the wheel at ${top} px`);
    last = top;
  }
  return { waits: [await progress.until(page, ARE_THERE, 'the rows at the end')], whole: whole / turns };
}

async function byBar(page: Page, progress: Progress): Promise<Scrolled> {
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
    waits.push(await progress.until(page, ARE_THERE, 'the rows where the bar was let go'));
  }
  if (!(await page.evaluate<boolean>(IS_END))) throw new Error('the bar does not lead to the end');
  return { waits, whole: null };
}

async function byKeys(page: Page, progress: Progress): Promise<Scrolled> {
  await page.evaluate(`document.querySelector('[role=table]').parentElement.scrollTop = 0`);
  await progress.until(page, ARE_THERE, 'the first rows');
  await page.locator('[aria-rowindex="2"] a').focus();
  for (let pages = 0; pages < 100; pages += 1) await page.keyboard.press('PageDown');
  const waits = [await progress.until(page, ARE_THERE, 'the rows after 100 pages')];
  for (const [key, row] of [
    ['End', `document.querySelector('[role=table]').ariaRowCount`],
    ['Home', `'2'`],
  ] as const) {
    await page.keyboard.press(key);
    // What stands beneath the last row may still be out of sight.
    const isThere = `document.activeElement.closest('[role=row]')?.ariaRowIndex === ${row} && ${ARE_THERE}`;
    waits.push(await progress.until(page, isThere, `the row where the key ${key} leads to`));
  }
  return { waits, whole: null };
}

async function boxOf(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator('[role=table]').locator('..').boundingBox();
  if (box === null) throw new Error('there is no table');
  return box;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
