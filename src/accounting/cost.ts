import type { Price, Rates } from './price.ts';
import type { TokenUsage } from './usage.ts';

/** What one answer costs. */
export interface Cost {
  /** Whole pico-USD (1e-12 USD): exact up to 2^53 (9,007 USD for one request), beyond that the nearest double. */
  readonly pico: number;
  /** False = no price was known and `pico` is 0 for want of one. */
  readonly priced: boolean;
}

const UNPRICED: Cost = { pico: 0, priced: false };

/** A count that arithmetic can trust: whole, not negative, at most `limit`. */
function count(value: number, limit: number): number {
  return value > 0 ? Math.min(Math.floor(value), limit) : 0;
}

/**
 * The exact cost of one answer. The tier is chosen by all prompt tokens and prices the whole request.
 *
 * Token classes are made disjoint first, so that no token is paid twice: input = cached + cache writes + audio +
 * the rest; output = reasoning + audio + the rest. Where a provider's subsets exceed their total (it happens), the
 * total stands and the subsets are cut in that order: more tokens than the total are never charged, and no class is
 * ever negative. Audio that was also read from the cache counts as cached.
 */
export function costOf(usage: TokenUsage, price: Price | null): Cost {
  if (price === null) return UNPRICED;
  const input = count(usage.inputTokens, Number.MAX_SAFE_INTEGER);
  const cached = count(usage.cachedTokens, input);
  const written = count(usage.cacheWriteTokens, input - cached);
  const written1h = count(usage.cacheWrite1hTokens, written);
  const inputAudio = count(usage.inputAudioTokens, input - cached - written);
  const output = count(usage.outputTokens, Number.MAX_SAFE_INTEGER);
  const reasoning = count(usage.reasoningTokens, output);
  const outputAudio = count(usage.outputAudioTokens, output - reasoning);
  const rates = ratesFor(price, input);
  const pico =
    (input - cached - written - inputAudio) * rates.input +
    cached * rates.cached +
    (written - written1h) * rates.cacheWrite +
    written1h * rates.cacheWrite1h +
    inputAudio * rates.inputAudio +
    (output - reasoning - outputAudio) * rates.output +
    reasoning * rates.reasoning +
    outputAudio * rates.outputAudio;
  return { pico, priced: true };
}

/** The rates of the highest tier whose threshold the prompt exceeds. */
export function ratesFor(price: Price, inputTokens: number): Rates {
  let rates = price.base;
  for (const tier of price.tiers) {
    if (inputTokens <= tier.overInputTokens) break;
    rates = tier.rates;
  }
  return rates;
}

/**
 * Pico-USD → USD: the nearest double (one correctly rounded division of two exact numbers). Below 8,192 USD it
 * prints as the exact amount, to 1e-12.
 */
export function picoToUsd(pico: number): number {
  return pico / 1e12;
}

/** USD for a million tokens of each class, as lists and people write them. */
export interface PricesPer1M {
  readonly inputPer1M: number;
  readonly outputPer1M: number;
  /** Absent = no discount is known: the input price. */
  readonly cachedInputPer1M?: number | null | undefined;
  /** Absent = no surcharge is known: the input price. */
  readonly cacheWritePer1M?: number | null | undefined;
  /** Absent = the price of a cache write. */
  readonly cacheWrite1hPer1M?: number | null | undefined;
  /** Absent = the output price. */
  readonly reasoningPer1M?: number | null | undefined;
  /** Absent = the text prices. */
  readonly inputAudioPer1M?: number | null | undefined;
  readonly outputAudioPer1M?: number | null | undefined;
}

/**
 * Rates in whole pico-USD a token: USD for a million × 1e6, rounded (prices have six decimals at most).
 * Throws RangeError, with the name of the price, for one that is negative or not finite.
 */
export function ratesFromPer1M(prices: PricesPer1M): Rates {
  const input = pico('inputPer1M', prices.inputPer1M);
  const output = pico('outputPer1M', prices.outputPer1M);
  const cacheWrite = picoOr('cacheWritePer1M', prices.cacheWritePer1M, input);
  return {
    input,
    cached: picoOr('cachedInputPer1M', prices.cachedInputPer1M, input),
    cacheWrite,
    cacheWrite1h: picoOr('cacheWrite1hPer1M', prices.cacheWrite1hPer1M, cacheWrite),
    inputAudio: picoOr('inputAudioPer1M', prices.inputAudioPer1M, input),
    output,
    reasoning: picoOr('reasoningPer1M', prices.reasoningPer1M, output),
    outputAudio: picoOr('outputAudioPer1M', prices.outputAudioPer1M, output),
  };
}

function pico(name: string, usdPer1M: number): number {
  if (!(usdPer1M >= 0 && usdPer1M < Infinity)) {
    throw new RangeError(`${name} must be a number of USD, 0 or more; it is ${usdPer1M}`);
  }
  return Math.round(usdPer1M * 1e6);
}

function picoOr(name: string, usdPer1M: number | null | undefined, otherwise: number): number {
  return usdPer1M === null || usdPer1M === undefined ? otherwise : pico(name, usdPer1M);
}

/**
 * The `cost_info` member of an answer, as JSON without braces around it, ready to be spliced into one:
 * `"cost_info":{"actual_cost":…,"baseline_cost":…,"saved":…,"input_tokens":…,"output_tokens":…}`; money in USD.
 * `saved` is negative where the baseline would have been cheaper.
 */
export function costInfo(
  actualPico: number,
  baselinePico: number,
  inputTokens: number,
  outputTokens: number,
): string {
  return `"cost_info":{"actual_cost":${picoToUsd(actualPico)},"baseline_cost":${picoToUsd(baselinePico)},"saved":${picoToUsd(baselinePico - actualPico)},"input_tokens":${inputTokens},"output_tokens":${outputTokens}}`;
}
