import { formatTotal } from './money.ts';

/** How a figure stands beside the one before: "+12 %", "−4 %", "×12"; null = there is nothing to compare with. */
export function formatChange(now: number | null, before: number | null): string | null {
  if (now === null || before === null || before === 0) return null;
  const ratio = now / before;
  // Beside next to nothing, the figure itself says more.
  if (ratio >= 1_000) return 'over ×1,000';
  if (ratio >= 10) return `×${ratio.toLocaleString('en-US', { maximumFractionDigits: 0 })}`;
  const percent = 100 * (ratio - 1);
  const size = Math.abs(percent);
  if (size < 0.05) return 'no change';
  const digits = size < 10 ? 1 : 0;
  return `${percent < 0 ? '−' : '+'}${size.toLocaleString('en-US', { maximumFractionDigits: digits })} %`;
}

/** The same in money, to be added up: "+$1.20", "−$0.35"; less than half a cent is no change. Null = not known. */
export function formatCostChange(now: number, before: number | null): string {
  if (before === null) return '—';
  const more = now - before;
  if (Math.abs(more) < 0.005) return 'no change';
  return `${more > 0 ? '+' : ''}${formatTotal(more)}`;
}

/** The same for shares, whose change is not a share of a share: "+0.4 points". */
export function formatPoints(now: number | null, before: number | null): string | null {
  if (now === null || before === null) return null;
  const points = 100 * (now - before);
  const size = Math.abs(points);
  if (size < 0.05) return 'no change';
  return `${points < 0 ? '−' : '+'}${size.toLocaleString('en-US', { maximumFractionDigits: 1 })} points`;
}
