/** Lengths (UTF-16 units) to which a record's texts are cut; well below what an index entry of the log can hold. */
export const TEXT_LIMITS = {
  /** Models as asked for and as served, user names, session ids. */
  name: 256,
  /** Provider slugs, categories, tiers, error types and codes. */
  word: 64,
  errorMessage: 2_000,
} as const;

/**
 * Text that any column takes: cut to `limit` (never through a surrogate pair), without the NUL that PostgreSQL
 * refuses, well formed. Everything of a RequestRecord that a client or a provider wrote passes through here.
 */
export function boundText(text: string, limit: number): string {
  let bounded = text;
  if (bounded.length > limit) {
    const last = bounded.charCodeAt(limit - 1);
    bounded = bounded.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
  }
  if (bounded.includes('\0')) bounded = bounded.replaceAll('\0', '\ufffd');
  return bounded.isWellFormed() ? bounded : bounded.toWellFormed();
}
