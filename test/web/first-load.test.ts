import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab } from './browser.ts';
import { ADMIN, answered } from './outside.ts';
import { setUp, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';
import { askModel, counted } from './traffic.ts';

/** What everything from the sign-in page to the overview with all its charts may weigh, packed with gzip. */
const MOST_BYTES = 200 * 1024;

/** Scripts as they came over the wire, by their addresses: bytes of head and body, in the packing that was asked for. */
interface Wire {
  readonly bytes: ReadonlyMap<string, number>;
  readonly packings: ReadonlySet<string>;
}

/** From now on. */
async function watchWire(page: Page): Promise<Wire> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const addresses = new Map<string, string>();
  const bytes = new Map<string, number>();
  const packings = new Set<string>();
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (!new URL(response.url).pathname.endsWith('.js')) return;
    addresses.set(requestId, response.url);
    packings.add(response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? 'none');
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const address = addresses.get(requestId);
    if (address !== undefined) bytes.set(address, (bytes.get(address) ?? 0) + encodedDataLength);
  });
  return { bytes, packings };
}

describe.skipIf(!hasBrowser())('the first load of the console', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    expect(await answered(() => askModel(stage.url, ready.apiKey, 'sim-fast'))).toBe(200);
    await counted(stage.url, ready.token, 1);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('is at most 200 KB of script, from the sign-in page to the overview with its charts', async () => {
    // As to a browser that can unpack nothing better.
    const extraHTTPHeaders = { 'accept-encoding': 'gzip' };
    const { page, complaints, quiet } = await openTab(browser, stage.url, { extraHTTPHeaders });
    const wire = await watchWire(page);
    await page.goto('/login');
    // Whoever comes types at once.
    await page.locator('input[name=username]:focus').waitFor();
    await page.keyboard.type(ADMIN.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('region', { name: 'Figures' }).waitFor();
    await page.locator('figure canvas').nth(4).waitFor();
    await page.getByRole('table').getByRole('link', { name: 'sim-fast' }).waitFor();
    await page.getByText(/in the last minute/).waitFor();
    await quiet();
    const total = [...wire.bytes.values()].reduce((sum, size) => sum + size, 0);
    expect(wire.bytes.size).toBeGreaterThan(5);
    expect([...wire.packings]).toEqual(['gzip']);
    expect(total).toBeLessThan(MOST_BYTES);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
