/** What the console's build is compressed with, best first. */
export type Encoding = 'br' | 'gzip';

/** The first of `offered` that `accept-encoding` allows; null = send it plain. RFC 9110 §12.5.3. */
export function acceptsEncoding(
  header: string | readonly string[] | undefined,
  offered: readonly Encoding[],
): Encoding | null {
  if (header === undefined || offered.length === 0) return null;
  const weights = parseWeights(String(header));
  const any = weights.get('*') ?? 0;
  return offered.find((encoding) => (weights.get(encoding) ?? any) > 0) ?? null;
}

/** Whether the caller would take a page: it says so, or says nothing (curl). */
export function acceptsHtml(header: string | undefined): boolean {
  if (header === undefined) return true;
  const weights = parseWeights(header);
  return ['text/html', 'text/*', '*/*'].some((type) => (weights.get(type) ?? 0) > 0);
}

/** `if-none-match` against a strong tag, compared weakly as RFC 9110 §13.1.2 asks. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((item) => {
    const tag = item.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}

/** `a;q=0.5, b` → a: 0.5, b: 1. A weight that is no number counts as 0. */
function parseWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (name === '') continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    weights.set(name, Number.isFinite(weight) ? weight : 0);
  }
  return weights;
}
