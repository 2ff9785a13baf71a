import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';

/** How one opening of a page went; times in ms from the navigation's begin. */
export interface Opening {
  /** Each thing that was looked for, when it was on the screen. */
  readonly shown: Readonly<Record<string, number>>;
  /** From when on a click or a key is answered at once: all is shown, and the main thread is free. */
  readonly interactive: number;
  /** Stretches of more than 50 ms in which nothing is answered: how many, and the longest. */
  readonly longTasks: number;
  readonly longestTask: number;
  /** How long the main thread worked, in ms of its processor: whatever else the machine did meanwhile. */
  readonly busy: number;
  /** Cumulative layout shift: 0 = nothing moved by itself. */
  readonly shift: number;
  readonly requests: number;
  /** Bytes that came over the wire, headers included; of scripts alone. */
  readonly bytes: number;
  readonly scriptBytes: number;
}

/** What the page itself can tell. */
type Seen = Omit<Opening, 'busy' | 'requests' | 'bytes' | 'scriptBytes'>;

/** What is looked for: an expression of the page that becomes true. */
export type Wanted = Readonly<Record<string, string>>;

/** What is not shown after this long is not shown at all. */
const LONGEST_MS = 60_000;

/** Opens a page in a context of its own and closes it again. `cookies`: who is signed in. */
export async function openCold(
  browser: Browser,
  url: string,
  path: string,
  wanted: Wanted,
  options: {
    readonly cookies?: Awaited<ReturnType<BrowserContext['cookies']>>;
    readonly again?: boolean;
    readonly slowdown: number;
  },
): Promise<Opening> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  try {
    if (options.cookies !== undefined) await context.addCookies(options.cookies);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: options.slowdown });
    await page.addInitScript(recorder(wanted));
    if (options.again === true) await watchOpening(page, session, path);
    return await watchOpening(page, session, path);
  } finally {
    await context.close();
  }
}

async function watchOpening(page: Page, session: CDPSession, path: string): Promise<Opening> {
  // Another document: else a second opening would still have the first one's figures.
  await page.goto('about:blank');
  const wire = await countBytes(session);
  const before = await busySeconds(session);
  await page.goto(path);
  const seen = await page.evaluate<Seen>('window.__opening()');
  const busy = (await busySeconds(session)) - before;
  return { ...seen, busy: 1000 * busy, ...wire.end() };
}

/** Watches from the first moment of a document on; a string, for it runs in the page. */
function recorder(wanted: Wanted): string {
  const tests = Object.entries(wanted).map(([name, test]) => `[${JSON.stringify(name)}, () => ${test}]`);
  return `(() => {
    const wanted = [${tests.join(', ')}];
    const shown = {};
    const tasks = [];
    let shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
    const look = () => {
      const found = wanted.filter(([name, test]) => !(name in shown) && test()).map(([name]) => name);
      // After the frame that shows it has been painted, and what stood in the way of a click is done.
      if (found.length > 0) setTimeout(() => { for (const name of found) shown[name] = performance.now(); });
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    const busyUntil = () => Math.max(0, ...tasks.map((task) => task.startTime + task.duration));
    // Half a second without a long task after the last of it: nothing comes any more.
    const isOver = () => {
      const times = Object.values(shown);
      return times.length === wanted.length && performance.now() > Math.max(busyUntil(), ...times) + 500;
    };
    const result = () => ({
      shown,
      interactive: Math.max(busyUntil(), ...Object.values(shown)),
      longTasks: tasks.length,
      longestTask: Math.max(0, ...tasks.map((task) => task.duration)),
      shift,
    });
    window.__opening = () => new Promise((resolve, reject) => {
      const look = () => {
        if (isOver()) resolve(result());
        else if (performance.now() < ${LONGEST_MS}) setTimeout(look, 100);
        else reject(new Error('Only this was shown: ' + Object.keys(shown).join(', ')));
      };
      look();
    });
  })();`;
}

async function busySeconds(session: CDPSession): Promise<number> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

/** What the browser gets from the network, as it was packed, until `end`. */
async function countBytes(session: CDPSession) {
  await session.send('Network.enable');
  const scripts = new Set<string>();
  let [requests, bytes, scriptBytes] = [0, 0, 0];
  const asked = ({ requestId, request }: { requestId: string; request: { url: string } }): void => {
    requests += 1;
    if (request.url.endsWith('.js')) scripts.add(requestId);
  };
  const came = ({ requestId, encodedDataLength }: { requestId: string; encodedDataLength: number }): void => {
    bytes += encodedDataLength;
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  };
  session.on('Network.requestWillBeSent', asked);
  session.on('Network.loadingFinished', came);
  return {
    end() {
      session.off('Network.requestWillBeSent', asked);
      session.off('Network.loadingFinished', came);
      return { requests, bytes, scriptBytes };
    },
  };
}
