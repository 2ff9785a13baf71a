/**
 * Whether a page may open a socket: one that we have served ourselves, or one of the origins named. No cookie signs
 * anybody in, so a foreign page could do nothing; it has no business here all the same.
 */
export function createOriginCheck(
  origins: readonly string[],
): (origin: string, host: string | undefined) => boolean {
  const allowed = new Set(origins);
  return (origin, host) =>
    allowed.has(origin) || (host !== undefined && hostOf(origin) === host.toLowerCase());
}

/** Only http and https have one that pages come from; `null` is what a sandboxed page says. */
function hostOf(origin: string): string | null {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.host : null;
}
