/**
 * What a page may do on a socket: `own` = one that we have served ourselves, whom the console's cookie signs in;
 * `named` = of an origin that may connect, and signs in with a token; null = it has no business here.
 */
export type PageKind = 'own' | 'named' | null;

/** `publicUrl`: where users reach us, if a proxy hides it. `named`: further origins whose pages may connect. */
export function createOriginCheck(
  publicUrl: string | null,
  named: readonly string[],
): (origin: string, host: string | undefined) => PageKind {
  const allowed = new Set(named);
  return (origin, host) => {
    if (origin === publicUrl || (host !== undefined && hostOf(origin) === host.toLowerCase())) return 'own';
    return allowed.has(origin) ? 'named' : null;
  };
}

/** Only http and https have one that pages come from; `null` is what a sandboxed page says. */
function hostOf(origin: string): string | null {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.host : null;
}
