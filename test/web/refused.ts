import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { openTab, violations } from './browser.ts';
import { ADMIN } from './outside.ts';
import { signIn } from './ready.ts';

/** A page says that it is not for who opens it by its address, and asks the server for nothing but who that is. */
export async function expectRefused(
  browser: Browser,
  url: string,
  username: string,
  path: string,
): Promise<void> {
  const { page, complaints, quiet } = await openTab(browser, url);
  await signIn(page, url, { username, password: ADMIN.password });
  const asked: (string | undefined)[] = [];
  page.on('request', (request) => {
    const query = /(?:query|mutation|subscription) (\w+)/.exec(request.postData() ?? '');
    if (new URL(request.url()).pathname === '/graphql') asked.push(query?.[1]);
  });
  await page.goto(path);
  await page.getByRole('heading', { name: 'Not for this role' }).waitFor();
  await quiet();
  expect(asked).toEqual(['Me']);
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
}
