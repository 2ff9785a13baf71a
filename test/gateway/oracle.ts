/** USD for a million tokens, written as a decimal, so that no double stands between the price and the sum. */
export interface Prices {
  readonly input: string;
  readonly output: string;
  /** Missing ones cost as much as their class. */
  readonly cached?: string;
  readonly cacheWrite?: string;
  readonly reasoning?: string;
}

/** Totals, and what of them is cached, written to the cache, or reasoning. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

/** The cost in USD with twelve decimals, by whole-number arithmetic; the oracle for what the gateway reckons. */
export function exactCost({ input, output, ...of }: Tokens, prices: Prices): string {
  const { cached = 0, cacheWrite = 0, reasoning = 0 } = of;
  const at = (tokens: number, price = '0'): bigint => BigInt(tokens) * pico(price);
  const total =
    at(input - cached - cacheWrite, prices.input) +
    at(cached, prices.cached ?? prices.input) +
    at(cacheWrite, prices.cacheWrite ?? prices.input) +
    at(output - reasoning, prices.output) +
    at(reasoning, prices.reasoning ?? prices.output);
  const digits = total.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

/** USD for a million tokens → 1e-12 USD for one. */
function pico(price: string): bigint {
  const [whole = '0', decimals = ''] = price.split('.');
  return BigInt(whole + decimals.padEnd(6, '0'));
}
