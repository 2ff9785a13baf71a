import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { costInfo, costOf, picoToUsd, ratesFromPer1M } from './cost.ts';
import type { Price, Rates } from './price.ts';
import { NO_USAGE, type TokenUsage } from './usage.ts';

const price = (base: Rates, tiers: Price['tiers'] = []): Price => ({ base, tiers, source: 'catalog' });

/** Independent reading of the rules, in whole numbers of any size. */
function oracle(usage: TokenUsage, { base, tiers }: Price): bigint {
  const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  const rates = tiers.findLast((tier) => usage.inputTokens > tier.overInputTokens)?.rates ?? base;
  let input = BigInt(usage.inputTokens);
  const cached = min(BigInt(usage.cachedTokens), input);
  input -= cached;
  let written = min(BigInt(usage.cacheWriteTokens), input);
  input -= written;
  const hour = min(BigInt(usage.cacheWrite1hTokens), written);
  written -= hour;
  const audio = min(BigInt(usage.inputAudioTokens), input);
  input -= audio;
  let output = BigInt(usage.outputTokens);
  const reasoning = min(BigInt(usage.reasoningTokens), output);
  output -= reasoning;
  const spoken = min(BigInt(usage.outputAudioTokens), output);
  output -= spoken;
  return (
    input * BigInt(rates.input) +
    cached * BigInt(rates.cached) +
    written * BigInt(rates.cacheWrite) +
    hour * BigInt(rates.cacheWrite1h) +
    audio * BigInt(rates.inputAudio) +
    output * BigInt(rates.output) +
    reasoning * BigInt(rates.reasoning) +
    spoken * BigInt(rates.outputAudio)
  );
}

const tokens = fc.oneof(fc.nat(3_000), fc.nat(2_000_000));
const usages: fc.Arbitrary<TokenUsage> = fc.record({
  inputTokens: tokens,
  cachedTokens: tokens,
  cacheWriteTokens: tokens,
  cacheWrite1hTokens: tokens,
  inputAudioTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  outputAudioTokens: tokens,
});
const rate = fc.nat(600_000_000); // to 600 USD for a million tokens
const rates: fc.Arbitrary<Rates> = fc.record({
  input: rate,
  cached: rate,
  cacheWrite: rate,
  cacheWrite1h: rate,
  inputAudio: rate,
  output: rate,
  reasoning: rate,
  outputAudio: rate,
});
const prices: fc.Arbitrary<Price> = fc
  .tuple(
    rates,
    fc.uniqueArray(fc.nat(1_000_000), { maxLength: 3 }),
    fc.array(rates, { minLength: 3, maxLength: 3 }),
  )
  .map(([base, thresholds, tierRates]) =>
    price(
      base,
      thresholds
        .toSorted((a, b) => a - b)
        .map((overInputTokens, i) => ({ overInputTokens, rates: tierRates[i] ?? base })),
    ),
  );

describe('costOf', () => {
  test('equals the sum in whole numbers of any size, for any usage and price', () => {
    fc.assert(
      fc.property(usages, prices, (usage, any) => {
        const { pico, priced } = costOf(usage, any);
        expect(priced).toBe(true);
        expect(BigInt(pico)).toBe(oracle(usage, any));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is never negative or fractional, whatever figures a provider reports', () => {
    const wild = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.record({ ...mapAll(wild) }), prices, (usage, any) => {
        const { pico } = costOf(usage, any);
        expect(pico).toBeGreaterThanOrEqual(0);
        expect(pico).toBe(Math.floor(pico));
      }),
    );
  });

  test('charges cached, written, reasoning and plain tokens at their own rates, once each', () => {
    const base = ratesFromPer1M({
      inputPer1M: 3,
      outputPer1M: 15,
      cachedInputPer1M: 0.3,
      cacheWritePer1M: 3.75,
      cacheWrite1hPer1M: 6,
    });
    const usage = {
      ...NO_USAGE,
      inputTokens: 1_000,
      cachedTokens: 500,
      cacheWriteTokens: 300,
      cacheWrite1hTokens: 100,
      outputTokens: 10,
      reasoningTokens: 4,
    };
    // 200 × 3 + 500 × 0.3 + 200 × 3.75 + 100 × 6 + 10 × 15 = 2,250 USD for a million
    expect(costOf(usage, price(base))).toEqual({ pico: 2_250_000_000, priced: true });
  });

  test('prices the whole request at the tier that its prompt exceeds, and not at the threshold itself', () => {
    const tiered = price(ratesFromPer1M({ inputPer1M: 1, outputPer1M: 2 }), [
      { overInputTokens: 200_000, rates: ratesFromPer1M({ inputPer1M: 2, outputPer1M: 3 }) },
    ]);
    expect(costOf({ ...NO_USAGE, inputTokens: 200_000, outputTokens: 1 }, tiered).pico).toBe(200_002_000_000);
    expect(costOf({ ...NO_USAGE, inputTokens: 200_001, outputTokens: 1 }, tiered).pico).toBe(400_005_000_000);
  });

  test('is 0 and says so where no price is known', () => {
    expect(costOf({ ...NO_USAGE, inputTokens: 5 }, null)).toEqual({ pico: 0, priced: false });
  });
});

describe('ratesFromPer1M', () => {
  test('never invents a discount or a surcharge', () => {
    expect(ratesFromPer1M({ inputPer1M: 2.5, outputPer1M: 10, cachedInputPer1M: null })).toEqual({
      input: 2_500_000,
      cached: 2_500_000,
      cacheWrite: 2_500_000,
      cacheWrite1h: 2_500_000,
      inputAudio: 2_500_000,
      output: 10_000_000,
      reasoning: 10_000_000,
      outputAudio: 10_000_000,
    });
  });

  test('is exact for every price with six decimals', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), (micro) => {
        const text = `${Math.floor(micro / 1e6)}.${String(micro % 1e6).padStart(6, '0')}`;
        expect(ratesFromPer1M({ inputPer1M: Number(text), outputPer1M: 0 }).input).toBe(micro);
      }),
    );
  });

  test('names a price that is none', () => {
    expect(() => ratesFromPer1M({ inputPer1M: 1, outputPer1M: -1 })).toThrow(/outputPer1M/);
    expect(() => ratesFromPer1M({ inputPer1M: Number.NaN, outputPer1M: 1 })).toThrow(/inputPer1M/);
  });
});

describe('picoToUsd', () => {
  test('prints as the exact decimal, to the last pico', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (any) => {
        const pico = any % 8_192e12;
        const printed = picoToUsd(pico);
        const [whole = '0', fraction = ''] = plain(printed).split('.');
        expect(BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, '0'))).toBe(BigInt(pico));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('costInfo', () => {
  test('is a member of JSON with the documented fields', () => {
    expect(JSON.parse(`{${costInfo(8_700_000, 10_000_000, 24, 9)}}`)).toEqual({
      cost_info: {
        actual_cost: 0.0000087,
        baseline_cost: 0.00001,
        saved: 0.0000013,
        input_tokens: 24,
        output_tokens: 9,
      },
    });
  });

  test('reports a negative saving honestly', () => {
    expect(JSON.parse(`{${costInfo(3e12, 1e12, 1, 1)}}`)).toMatchObject({ cost_info: { saved: -2 } });
  });
});

function mapAll<T>(value: T): Record<keyof TokenUsage, T> {
  return {
    inputTokens: value,
    cachedTokens: value,
    cacheWriteTokens: value,
    cacheWrite1hTokens: value,
    inputAudioTokens: value,
    outputTokens: value,
    reasoningTokens: value,
    outputAudioTokens: value,
  };
}

/** The digits that JSON shows, without an exponent: `1.5e-7` → `0.00000015`. */
function plain(value: number): string {
  const [digits = '', exponent] = String(value).split('e-');
  if (exponent === undefined) return digits;
  return `0.${'0'.repeat(Number(exponent) - 1)}${digits.replace('.', '')}`;
}
