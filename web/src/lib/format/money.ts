/** USD on screen. Every amount of the console goes through here. `null` = not known. */

const UNKNOWN = '—';
const MINUS = '−';

/** One request's cost: at least 2 decimals and 2 significant digits, never scientific: $1.24, $0.041, $0.0000087. */
export function formatCost(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  if (usd === 0) return '$0';
  const size = Math.abs(usd);
  if (size >= 10_000) return sign(usd) + compact(size);
  // toExponential rounds first, so 0.0996 counts as 0.10 and not as 0.100.
  const exponent = Number(size.toExponential(1).split('e')[1]);
  return `${sign(usd)}$${grouped(size, Math.min(20, Math.max(2, 1 - exponent)))}`;
}

/** A sum: 2 decimals; more than nothing is never shown as nothing. */
export function formatTotal(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  if (usd === 0) return '$0';
  const size = Math.abs(usd);
  if (size < 0.005) return usd < 0 ? `> ${MINUS}$0.01` : '< $0.01';
  return sign(usd) + (size >= 10_000 ? compact(size) : `$${grouped(size, 2)}`);
}

/** A price for a million tokens, up to 4 significant digits; from 10,000: $12.4k. */
export function formatPrice(usdPer1M: number | null): string {
  if (usdPer1M === null) return UNKNOWN;
  if (usdPer1M === 0) return '$0';
  if (usdPer1M >= 10_000) return compact(usdPer1M);
  return `$${grouped(Number(usdPer1M.toPrecision(4)), 2, 9)}`;
}

/** Everything that is known, for titles: $0.000008712345. */
export function formatExact(usd: number | null): string {
  if (usd === null) return 'not known';
  return `${sign(usd)}$${grouped(Math.abs(usd), 2, 12)} USD`;
}

function sign(usd: number): string {
  return usd < 0 ? MINUS : '';
}

/** By their digits: making one takes longer than a whole row of a table has. */
const formats = new Map<string, Intl.NumberFormat>();

function grouped(size: number, least: number, most = least): string {
  const digits = `${least} ${most}`;
  const known = formats.get(digits);
  const format =
    known ?? new Intl.NumberFormat('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });
  if (known === undefined) formats.set(digits, format);
  return format.format(size);
}

function compact(size: number): string {
  // Thousands are a small k, as everywhere; a small m would be something else.
  return `$${size.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 }).replace('K', 'k')}`;
}
