import type { Page } from 'playwright-core';

/** What gets nowhere for this long hangs. On a busy machine a measurement may take any time, as long as it goes on. */
const STALLED_MS = 60_000;
/** Between two looks at a page: often enough for a figure in ms, too seldom to be one of its own costs. */
const LOOK_MS = 10;

/** Notices whether a page still gets on: it is answered, or somebody says so. */
export class Progress {
  #at = performance.now();

  constructor(page: Page) {
    page.on('response', () => this.made());
  }

  made(): void {
    this.#at = performance.now();
  }

  /** Throws when nothing has gone on for too long. */
  check(what: string): void {
    if (performance.now() - this.#at > STALLED_MS)
      throw new Error(`nothing has gone on for ${STALLED_MS / 1000} s: ${what}`);
  }

  /** Resolves with the milliseconds until an expression of the page is true. */
  async until(page: Page, expression: string, what: string): Promise<number> {
    const start = performance.now();
    this.made();
    while (!(await page.evaluate<boolean>(expression))) {
      this.check(what);
      await page.waitForTimeout(LOOK_MS);
    }
    return performance.now() - start;
  }
}
