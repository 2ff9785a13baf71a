import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openTab, overflow, violations } from './browser.ts';
import { signIn } from './ready.ts';

/** For a test that looks: each page is opened twice and looked at four times. */
export const LONG = { timeout: 600_000 } as const;

/** One address, and what must be on the page before it is looked at. */
export type Look = readonly [path: string, ready: (page: Page) => Promise<unknown>];

/** A page is opened in the first theme and then changes into the other, as it does when evening comes. */
const HOW = [
  { width: 1440, height: 900, themes: ['light', 'dark'] },
  { width: 390, height: 844, themes: ['dark', 'light'] },
] as const;

/** Every page in both themes, wide and on a phone: axe finds nothing, nothing sticks out, nothing is complained about. */
export async function expectGoodLooks(browser: Browser, url: string, looks: readonly Look[]): Promise<void> {
  for (const { width, height, themes } of HOW) {
    const tab = await openTab(browser, url, { viewport: { width, height } });
    await signIn(tab.page, url);
    for (const [path, ready] of looks) {
      await tab.page.emulateMedia({ colorScheme: themes[0] });
      await tab.page.goto(path);
      await ready(tab.page);
      for (const colorScheme of themes) {
        const where = `${path} ${colorScheme} ${width}`;
        await tab.page.emulateMedia({ colorScheme });
        expect([where, await overflow(tab.page)]).toEqual([where, 0]);
        expect([where, await violations(tab.page)]).toEqual([where, []]);
      }
    }
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  }
}
