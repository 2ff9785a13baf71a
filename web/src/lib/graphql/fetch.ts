/**
 * Says that the call comes from a page of the console: only then does the session's cookie count, which scripts cannot
 * read. A page of another site cannot send it.
 */
const CONSOLE_HEADER = 'x-prism-console';

/** `fetch` as whoever is signed in. For /graphql of this origin, and nothing else. */
export function consoleFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set(CONSOLE_HEADER, '1');
  return fetch(input, { ...init, headers, credentials: 'same-origin' });
}
