// Made once: making one takes longer than a whole row of a table has.
const PLAIN = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** Whole numbers: 12,345. */
export function formatCount(value: number | null): string {
  return value === null ? '—' : PLAIN.format(value);
}

/** For figures where width matters: 12.4k, 3.1M. Below 10,000 as it is. */
export function formatCompact(value: number | null): string {
  if (value === null) return '—';
  if (Math.abs(value) < 10_000) return formatCount(value);
  return COMPACT.format(value).replace('K', 'k');
}

/** A part of a whole; — where there is no whole. A small part is never shown as nothing. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '—';
  const share = (100 * part) / whole;
  if (share === 0) return '0 %';
  if (share < 0.1) return '< 0.1 %';
  return `${share.toLocaleString('en-US', { maximumFractionDigits: share < 10 ? 1 : 0 })} %`;
}

/** "1 key", "3 keys". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const ORDINALS = new Intl.PluralRules('en-US', { type: 'ordinal' });
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** 1st, 2nd, 3rd, 4th. */
export function ordinal(position: number): string {
  return `${formatCount(position)}${ENDINGS[ORDINALS.select(position)] ?? 'th'}`;
}
