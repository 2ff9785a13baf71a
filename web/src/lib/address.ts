/** The same address with some of its parts changed; '' or none takes one out, a list gives it several times. */
export function withAddress(
  { pathname, search }: { readonly pathname: string; readonly search: string },
  parts: Readonly<Record<string, string | readonly string[]>>,
): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parts)) {
    next.delete(name);
    for (const one of typeof value === 'string' ? [value] : value) if (one !== '') next.append(name, one);
  }
  return next.size === 0 ? pathname : `${pathname}?${next.toString()}`;
}
