/**
 * `npm run bench:live-rows`: the request log's live tail in Chromium while the real server logs requests at a steady
 * rate: how even the frames come, what the main thread does for it, and whether each logged request is shown exactly
 * once. Server, database, upstream, load and browser share the machine. Needs the built console and Chromium.
 * Arguments: --rate=N a second, --seconds=N, --waiting=N (held while paused), --profile=FILE (of the live phase).
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Page } from 'playwright-core';
import { launch, openTab } from '../web/browser.ts';
import { signIn } from '../web/ready.ts';
import {
  framesWhile,
  heapMb,
  SMOOTHNESS_HEAD,
  smoothnessRow,
  watch,
  type Watched,
} from './live-rows-frames.ts';
import { atRate } from './load.ts';
import { forkServer } from './process.ts';
import { openModelPrism } from './targets.ts';

const argument = (name: string): string | undefined =>
  process.argv.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
const rate = Number(argument('rate') ?? 200);
const seconds = Number(argument('seconds') ?? 20);
const waiting = Number(argument('waiting') ?? 5_000);
const profile = argument('profile');

const ADMIN = { username: 'bench', password: 'bench bench bench' };
/** Every request of the load, and of the second that opens its connections. */
const sentAtRate = (forSeconds: number): number => Math.floor(rate * (forSeconds + 1));

const upstream = await forkServer(new URL('./upstream.ts', import.meta.url));
const prism = await openModelPrism(upstream);
const { origin } = prism.server;
const shot = prism.shot('bench', 'x'.repeat(200), false);
const browser = await launch();
try {
  print(
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `load ${loadavg()[0]?.toFixed(1)}; Node ${process.version}, Chromium ${browser.version()} without a screen or ` +
      `GPU; ${new Date().toISOString().slice(0, 10)}`,
  );
  print(`${rate} requests/s; window of 1440 × 900; server, database, load and browser share the machine.\n`);
  await measure();
} catch (error) {
  // Said before the servers are stopped, should one of them not be there any more.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await prism.server.stop();
  await upstream.stop();
}

async function measure(): Promise<void> {
  const { page, complaints } = await openTab(browser, origin, { reducedMotion: 'no-preference' });
  page.setDefaultTimeout(60_000);
  await completeSetup();
  await signIn(page, origin, ADMIN);
  // What is measured is the log, not a server that has just been started.
  await atRate(origin, shot, rate, 3);
  await page.goto('/requests?live=1');
  await page.getByRole('table', { name: 'Requests' }).waitFor();
  await shows(page, sentAtRate(3));
  const watched = await watch(browser, page);
  let sent = sentAtRate(3);

  const still = await framesWhile(watched, () => page.waitForTimeout(5_000));
  const heapBefore = await heapMb(watched);
  if (profile !== undefined) await startProfile(watched);
  const live = await framesWhile(watched, () => load(seconds));
  if (profile !== undefined) await endProfile(watched, profile);
  sent += sentAtRate(seconds);
  const lag = await timed(() => shows(page, sent));
  const heapAfter = await heapMb(watched);

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const pausedFor = waiting / rate - 1;
  const paused = await framesWhile(watched, () => load(pausedFor));
  sent += sentAtRate(pausedFor);
  let caughtUp = 0;
  const resumed = await framesWhile(watched, async () => {
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    caughtUp = await timed(() => shows(page, sent));
  });

  print(SMOOTHNESS_HEAD);
  print(smoothnessRow('nothing comes', still));
  print(smoothnessRow(`live, ${rate} rows/s`, live));
  print(smoothnessRow(`paused, ${rate} rows/s`, paused));
  print(smoothnessRow(`resumed, ${sentAtRate(pausedFor)} rows waiting`, resumed));
  print(
    `\nLive: the last row was there ${lag.toFixed(0)} ms after the load's end; heap ${heapBefore.toFixed(1)} MB before, ` +
      `${heapAfter.toFixed(1)} MB after ${sentAtRate(seconds)} rows. Resumed: all rows were there after ${caughtUp.toFixed(0)} ms; ` +
      `heap ${(await heapMb(watched)).toFixed(1)} MB at the end.`,
  );
  const logged = await idsOfLog(page);
  const shown = await idsShown(page);
  const lost = [...logged].filter((id) => !shown.ids.has(id)).length;
  print(
    `Sent ${sent}, logged ${logged.size}, shown ${shown.ids.size} different ones: ${lost} lost, ${shown.doubled} doubled. ` +
      `The browser's console complained ${complaints.length} times.`,
  );
  const isRight = logged.size === sent && lost === 0 && shown.doubled === 0 && complaints.length === 0;
  if (!isRight) process.exitCode = 1;
}

/** Until then the console leads to the wizard. */
async function completeSetup(): Promise<void> {
  const post = (path: string, headers: Record<string, string>, body?: unknown): Promise<Response> =>
    fetch(`${origin}/api/prism${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body ?? {}),
    });
  const { token } = (await (await post('/auth/login', {}, ADMIN)).json()) as { token: string };
  const answer = await post('/setup/complete', { authorization: `Bearer ${token}` });
  if (!answer.ok) throw new Error(`the setup cannot be completed: ${answer.status}`);
}

async function load(forSeconds: number): Promise<void> {
  const { failures } = await atRate(origin, shot, rate, forSeconds);
  if (failures > 0) throw new Error(`${failures} requests of the load failed`);
}

/** Until the list counts so many rows. */
async function shows(page: Page, rows: number): Promise<void> {
  await page.getByText(`${rows.toLocaleString('en-US')} requests`, { exact: true }).waitFor();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** What the server has logged, read page by page as any client would. */
async function idsOfLog(page: Page): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let after: string | null = null; ;) {
    const answer = await page.context().request.post(`${origin}/graphql`, {
      headers: { 'x-prism-console': '1' },
      data: {
        query: `query ($after: String) { requestLogs(first: 200, after: $after) {
          pageInfo { hasNextPage endCursor } edges { node { id } } } }`,
        variables: { after },
      },
    });
    const { data } = (await answer.json()) as LogPage;
    for (const { node } of data.requestLogs.edges) ids.add(node.id);
    if (!data.requestLogs.pageInfo.hasNextPage) return ids;
    after = data.requestLogs.pageInfo.endCursor;
  }
}

interface LogPage {
  readonly data: {
    readonly requestLogs: {
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly edges: readonly { readonly node: { readonly id: string } }[];
    };
  };
}

/** Every row that the table holds, by scrolling through it; a row in two places counts as doubled. */
async function idsShown(
  page: Page,
): Promise<{ readonly ids: ReadonlySet<string>; readonly doubled: number }> {
  const found = await page.evaluate<{ ids: string[]; doubled: number }>(`(async () => {
    const box = document.querySelector('[role=table]').parentElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const places = new Map();
    let doubled = 0;
    let was = '';
    let since = 0;
    for (box.scrollTop = 0; ; box.scrollTop += box.clientHeight - 80) {
      await frame();
      await frame();
      const is = box.scrollTop + ' of ' + box.scrollHeight;
      if (is !== was) since = performance.now();
      was = is;
      if (performance.now() - since > 60_000) throw new Error('not read on at ' + is + ': ' + box.lastElementChild.textContent);
      for (const link of box.querySelectorAll('a[href*="row="]')) {
        const id = new URL(link.href).searchParams.get('row');
        const place = link.closest('[aria-rowindex]').getAttribute('aria-rowindex');
        if (places.has(id) && places.get(id) !== place) doubled += 1;
        places.set(id, place);
      }
      const isEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
      if (isEnd && /These are all|when Live is off/.test(box.textContent)) break;
    }
    return { ids: [...places.keys()], doubled };
  })()`);
  return { ids: new Set(found.ids), doubled: found.doubled };
}

async function startProfile({ session }: Watched): Promise<void> {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 500 });
  await session.send('Profiler.start');
}

async function endProfile({ session }: Watched, file: string): Promise<void> {
  const { profile: recorded } = await session.send('Profiler.stop');
  writeFileSync(file, JSON.stringify(recorded));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
