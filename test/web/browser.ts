import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page, type Request } from 'playwright-core';
import { until } from './outside.ts';

const CHROMIUM = '/usr/bin/chromium';

/** What has not happened after this long does not happen; on a busy machine a page may take seconds. */
const PATIENCE_MS = 60_000;

/** For headless runs, also as root, that talk to nobody but us. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether the browser tests can run. Without the browser they are left out, but never in CI. */
export function hasBrowser(): boolean {
  if (existsSync(CHROMIUM)) return true;
  if (process.env['CI'] === 'true')
    throw new Error(`The browser tests need ${CHROMIUM}: apt-get install chromium`);
  console.warn(`Browser tests are left out: there is no ${CHROMIUM} (apt-get install chromium).`);
  return false;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page of its own, and everything that its console complained about. */
export interface Tab {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Resolves when all that the page has asked for is answered, and it has done with the answers. */
  quiet(): Promise<void>;
}

export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const unanswered = new Set<Request>();
  let asked = 0;
  page.on('request', (request) => {
    unanswered.add(request);
    asked += 1;
  });
  const answered = (request: Request): void => void unanswered.delete(request);
  page.on('requestfinished', answered);
  page.on('requestfailed', answered);
  return {
    page,
    complaints,
    quiet: () =>
      until(async () => {
        const before = asked;
        await page.evaluate(
          'new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 1_000 }))',
        );
        return unanswered.size === 0 && asked === before;
      }, PATIENCE_MS),
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong by WCAG 2.2 A and AA, also while newer data are on their way: one line each, with the elements. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a tag: the page's own policy would refuse that. Half a megabyte, so once a document.
  if ((await page.evaluate("'axe' in window")) !== true) await page.evaluate(AXE);
  const result: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))`,
  );
  return Array.isArray(result) ? result.map(String) : ['axe did not answer'];
}

/**
 * How many pixels of the page stick out sideways; 0 is right. Charts and tables take a new width a moment after the
 * window: that is waited for.
 */
export async function overflow(page: Page): Promise<number> {
  let pixels = 0;
  const fits = async (): Promise<boolean> => {
    pixels = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
    return pixels === 0;
  };
  await until(fits, 5_000).catch(() => undefined);
  return pixels;
}
