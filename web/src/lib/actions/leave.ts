import { goto } from '$app/navigation';
import { session } from '#lib/state/session.ts';

/** Forgets the session and asks to sign in again, to come back to the page that is open. */
export function leave(): void {
  session.end();
  const { pathname, search } = location;
  if (pathname === '/login' || pathname === '/setup') return;
  void goto(loginAddress(pathname + search));
}

export function loginAddress(next: string): string {
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}

/** Where to go after signing in: only ever a path of this console. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}
