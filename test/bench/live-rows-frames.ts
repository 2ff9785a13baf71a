import type { Browser, CDPSession, Page } from 'playwright-core';
import { quantile } from './load.ts';

/** How smoothly a page ran for a while. Times in ms. */
export interface Smoothness {
  readonly seconds: number;
  readonly frames: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
  /** Of all frames: how many took longer than 50 ms, which is three of a screen with 60 Hz. */
  readonly over50: number;
  /** Tasks of more than 50 ms, and the longest. */
  readonly longTasks: number;
  readonly longestTask: number;
  /** Of the page's main thread, per second. */
  readonly script: number;
  readonly styleAndLayout: number;
  readonly all: number;
  /** CPU time of the page's process, all its threads, which a busy machine does not make longer; also per second. */
  readonly cpu: number;
}

/** A page that is watched, and whom the browser tells about it. */
export interface Watched {
  readonly page: Page;
  readonly session: CDPSession;
  readonly ofBrowser: CDPSession;
}

export async function watch(browser: Browser, page: Page): Promise<Watched> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return { page, session, ofBrowser: await browser.newBrowserCDPSession() };
}

/** What was used when; seconds since some moment. */
interface Used {
  readonly cpu: number;
  readonly script: number;
  readonly style: number;
  readonly all: number;
}

const RECORD = `(() => {
  const record = { intervals: [], tasks: [], since: performance.now(), stopped: false };
  let last = null;
  const frame = (now) => {
    if (record.stopped) return;
    if (last !== null) record.intervals.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  record.observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) record.tasks.push(duration);
  });
  record.observer.observe({ type: 'longtask' });
  globalThis.frameRecord = record;
})()`;

const REPORT = `(() => {
  const record = globalThis.frameRecord;
  record.stopped = true;
  for (const { duration } of record.observer.takeRecords()) record.tasks.push(duration);
  record.observer.disconnect();
  return { intervals: record.intervals, tasks: record.tasks, seconds: (performance.now() - record.since) / 1000 };
})()`;

/** The frames of a page while something happens. */
export async function framesWhile(watched: Watched, happens: () => Promise<unknown>): Promise<Smoothness> {
  const { page } = watched;
  const before = await used(watched);
  await page.evaluate(RECORD);
  await happens();
  const { intervals, tasks, seconds } = await page.evaluate<{
    intervals: number[];
    tasks: number[];
    seconds: number;
  }>(REPORT);
  const after = await used(watched);
  const sorted = Float64Array.from(intervals).toSorted();
  const perSecond = (key: keyof Used): number => (1000 * (after[key] - before[key])) / seconds;
  return {
    seconds,
    frames: intervals.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    worst: sorted.at(-1) ?? 0,
    over50: intervals.filter((ms) => ms > 50).length / Math.max(1, intervals.length),
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks),
    script: perSecond('script'),
    styleAndLayout: perSecond('style'),
    all: perSecond('all'),
    cpu: perSecond('cpu'),
  };
}

async function used({ session, ofBrowser }: Watched): Promise<Used> {
  const { processInfo } = await ofBrowser.send('SystemInfo.getProcessInfo');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return {
    script: of('ScriptDuration'),
    style: of('LayoutDuration') + of('RecalcStyleDuration'),
    all: of('TaskDuration'),
    // The tab's, and those of none: an idle one costs nothing.
    cpu: processInfo.reduce((sum, { type, cpuTime }) => sum + (type === 'renderer' ? cpuTime : 0), 0),
  };
}

/** What the page's scripts keep, in MB, after a collection. */
export async function heapMb({ session }: Watched): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

export const SMOOTHNESS_HEAD =
  '| while | s | frames | p50 ms | p95 | p99 | worst | over 50 ms | long tasks (longest) | script ms/s | style, layout ms/s | main thread ms/s | CPU ms/s |\n' +
  '|---|---|---|---|---|---|---|---|---|---|---|---|---|';

export function smoothnessRow(name: string, it: Smoothness): string {
  const cells = [
    it.seconds.toFixed(1),
    String(it.frames),
    it.p50.toFixed(1),
    it.p95.toFixed(1),
    it.p99.toFixed(1),
    it.worst.toFixed(0),
    `${(100 * it.over50).toFixed(2)} %`,
    `${it.longTasks} (${it.longestTask.toFixed(0)} ms)`,
    it.script.toFixed(0),
    it.styleAndLayout.toFixed(0),
    it.all.toFixed(0),
    it.cpu.toFixed(0),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}
