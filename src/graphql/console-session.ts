import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from './caller.ts';

/**
 * How pages of our own console are signed in: by a cookie that their scripts cannot read. It counts at /graphql only,
 * and only where no page of another site can have sent the request: by POST together with a header of ours, which
 * such a page could send only after a preflight, which is refused; on a socket together with our own origin. An
 * Authorization header always wins, so that programs are never mistaken for a browser.
 */
export interface ConsoleSession {
  /** The browser keeps the session for as long as it lasts. */
  keep(login: { readonly token: string; readonly expiresAt: Date }): void;
  /** The browser forgets it. */
  forget(): void;
}

/** Sent as "1" by the console's own pages. */
export const CONSOLE_HEADER = 'x-prism-console';
const COOKIE = 'prism-session';

/** Who signs a request to /graphql in; null = nobody. */
export function sessionToken(request: IncomingMessage): string | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) return bearerToken(authorization);
  return isOfConsole(request) ? cookieOf(request) : null;
}

/** The same for a socket, where a page can send no header; `isOwnPage`: whether one of ours opened it. */
export function socketToken(request: IncomingMessage, isOwnPage: boolean): string | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) return bearerToken(authorization);
  return isOwnPage ? cookieOf(request) : null;
}

export interface ConsoleSessionDeps {
  readonly clock: () => Date;
  /** Whether the request came by https, as far as the proxies in front of us can be believed. */
  readonly isHttps: (request: IncomingMessage) => boolean;
}

/** Null = the request is none of the console's: nothing is kept for it. */
export function createConsoleSession(
  { clock, isHttps }: ConsoleSessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): ConsoleSession | null {
  if (!isOfConsole(request)) return null;
  // A page says how it was loaded, also where a proxy that ends TLS is not known to us.
  const secure = isHttps(request) || request.headers.origin?.startsWith('https://') === true;
  const set = (value: string, seconds: number): void => {
    const attributes = `Path=/graphql; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    response.setHeader('set-cookie', `${nameFor(request)}=${value}; ${attributes}`);
  };
  return {
    keep: ({ token, expiresAt }) =>
      set(token, Math.max(0, Math.floor((expiresAt.getTime() - clock().getTime()) / 1000))),
    forget: () => set('', 0),
  };
}

/** Browsers that tell where a request comes from must call it ours; the header alone says it for the others. */
function isOfConsole({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers[CONSOLE_HEADER] === '1' && (site === undefined || site === 'same-origin');
}

/** Cookies do not know ports, so each gateway on a host has a name of its own. */
function nameFor({ headers }: IncomingMessage): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1];
  return port === undefined ? COOKIE : `${COOKIE}-${port}`;
}

/** Twice the same name is not our doing: then nobody is signed in. */
function cookieOf(request: IncomingMessage): string | null {
  const start = `${nameFor(request)}=`;
  const pairs = request.headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
  const [first, ...others] = pairs.filter((pair) => pair.startsWith(start));
  const value = first?.slice(start.length);
  return value && others.length === 0 ? value : null;
}
