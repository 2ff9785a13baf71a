import type { RequestDetailFragment } from '#lib/generated/graphql.ts';
import type { Prices } from './trace.ts';

/** A class of tokens and what it came to. */
export interface CostLine {
  readonly label: string;
  readonly tokens: number;
  /** USD for a million of them; null = not known. */
  readonly price: number | null;
  /** USD; null = not known. */
  readonly cost: number | null;
}

type Usage = Pick<
  RequestDetailFragment,
  'inputTokens' | 'cachedTokens' | 'cacheWriteTokens' | 'outputTokens' | 'reasoningTokens'
>;

/** Costs are exact to a trillionth of a dollar; a difference beneath that is the arithmetic's. */
const NOTHING = 1e-11;

/** The classes without overlap, as the bill was made: none of them is counted in another. */
export function costLines(usage: Usage, prices: Prices | null): readonly CostLine[] {
  const cached = Math.min(usage.cachedTokens, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens, usage.inputTokens - cached);
  const reasoning = Math.min(usage.reasoningTokens, usage.outputTokens);
  const line = (label: string, tokens: number, price: number | undefined): CostLine => ({
    label,
    tokens,
    price: price ?? null,
    cost: price === undefined ? null : (tokens * price) / 1e6,
  });
  const all = [
    line('Input', usage.inputTokens - cached - written, prices?.input),
    line('Cached input', cached, prices?.cached),
    line('Written to the cache', written, prices?.cacheWrite),
    line('Output', usage.outputTokens - reasoning, prices?.output),
    line('Reasoning', reasoning, prices?.reasoning),
  ];
  return all.filter(({ label, tokens }) => tokens > 0 || label === 'Input' || label === 'Output');
}

/** What the lines leave of the whole: audio and long-lived cache writes have prices of their own. 0 = nothing. */
export function restOf(lines: readonly CostLine[], actual: number): number {
  const known = lines.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
  return lines.some(({ cost }) => cost === null) || Math.abs(actual - known) < NOTHING ? 0 : actual - known;
}
