import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hashText } from '../classifier/hash.ts';
import { readSignals, type RequestFeatures } from '../signals/read-signals.ts';
import { generator } from './fit.ts';
import type { RowFeatures } from './learn.ts';

/** A prompt with the scores of a weak and a strong model. */
export interface ScoredRow {
  readonly set: string;
  readonly features: RequestFeatures;
  readonly weak: number;
  readonly strong: number;
  readonly weakName: string;
  readonly strongName: string;
  /** Tokens of each one's answer; 1 where nothing is said. */
  readonly weakTokens: number;
  readonly strongTokens: number;
  /** Never trained on: a quarter of the prompts, by their hash. */
  readonly held: boolean;
}

const scored = z.looseObject({
  set: z.string(),
  prompt: z.string(),
  scores: z.record(z.string(), z.number()),
  out_tokens: z.record(z.string(), z.number()).nullish(),
});

/** Rows of `{set, prompt, scores: {model: score}, out_tokens?}` a line: the weakest and the strongest model of each set. */
export function scoredRows(file: string): ScoredRow[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => scored.parse(JSON.parse(line)));
  return [...Map.groupBy(rows, (row) => row.set)].flatMap(([set, all]) => {
    const models = [...new Set(all.flatMap((row) => Object.keys(row.scores)))];
    const meanOf = (model: string): number => {
      const scores = all.flatMap((row) => row.scores[model] ?? []);
      return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
    };
    const order = models.toSorted((a, b) => meanOf(a) - meanOf(b));
    const [weakName = '', strongName = ''] = [order[0], order.at(-1)];
    return all.flatMap((row): ScoredRow[] => {
      const [weak, strong] = [row.scores[weakName], row.scores[strongName]];
      if (weak === undefined || strong === undefined) return [];
      const features = readSignals({ messages: [{ role: 'user', content: row.prompt }] });
      const [weakTokens, strongTokens] = [row.out_tokens?.[weakName] ?? 1, row.out_tokens?.[strongName] ?? 1];
      const held = (hashText(row.prompt, HELD_SEED) >>> 0) % 4 === 0;
      return [{ set, features, weak, strong, weakName, strongName, weakTokens, strongTokens, held }];
    });
  });
}

const HELD_SEED = 11;

/** How much better the strong model's answer is, by features: in the order of a model's hashes, `hashes`, and the dense. */
export interface FittedGain {
  /** Features that the model has no row for. */
  readonly hashes: Int32Array;
  readonly weights: Float32Array;
  readonly bias: number;
}

/** What is said where nothing has been measured. */
export function noGain(rows: number): FittedGain {
  return { hashes: new Int32Array(0), weights: new Float32Array(rows), bias: 0 };
}

const RECIPE = { epochs: 4, rate: 0.02, l2: 1e-3, dropout: 0.3, seeds: 3, leastRows: 4, features: 28_000 };

/** A scored prompt to learn from. */
export interface GainRow {
  readonly features: RowFeatures;
  readonly gain: number;
}

/** Least squares by AdaGrad, as the mean of some runs. `known`: hashes that a model has rows for anyway. */
export function learnGain(rows: readonly GainRow[], known: Int32Array): FittedGain {
  const hashes = Int32Array.from([...known, ...others(rows, known)]);
  const rowOf = new Map([...hashes].map((hash, at) => [hash, at]));
  const examples = rows.map(({ features: { hash, value, dense }, gain }) => {
    const [places, values]: [number[], number[]] = [[], []];
    for (const [at, its] of hash.entries()) {
      const row = rowOf.get(its);
      if (row === undefined) continue;
      places.push(row);
      values.push(value[at] ?? 0);
    }
    for (const [d, its] of dense.entries()) {
      places.push(hashes.length + d);
      values.push(its * DENSE);
    }
    return { places, values, gain };
  });
  const size = hashes.length + (rows[0]?.features.dense.length ?? 0);
  const weights = new Float32Array(size);
  let bias = 0;
  for (let seed = 1; seed <= RECIPE.seeds; seed += 1) {
    const run = descend(examples, size, seed);
    for (const [row, its] of run.weights.entries()) weights[row] = (weights[row] ?? 0) + its / RECIPE.seeds;
    bias += run.bias / RECIPE.seeds;
  }
  for (let row = hashes.length; row < size; row += 1) weights[row] = (weights[row] ?? 0) * DENSE;
  return { hashes: hashes.slice(known.length), weights, bias };
}

/** The meaning counts less than single words here. */
const DENSE = 0.5;

/** The commonest features that no row is kept for. */
function others(rows: readonly GainRow[], known: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const { features } of rows)
    for (const hash of features.hash) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  for (const hash of known) counts.delete(hash);
  return [...counts]
    .filter(([, count]) => count >= RECIPE.leastRows)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, RECIPE.features)
    .map(([hash]) => hash);
}

interface GainExample {
  readonly places: readonly number[];
  readonly values: readonly number[];
  readonly gain: number;
}

function descend(
  examples: readonly GainExample[],
  size: number,
  seed: number,
): { weights: Float32Array; bias: number } {
  const random = generator(seed);
  const weights = new Float32Array(size);
  const squares = new Float32Array(size).fill(1e-2);
  let bias = examples.reduce((sum, { gain }) => sum + gain, 0) / Math.max(1, examples.length);
  for (let step = 0; step < RECIPE.epochs * examples.length; step += 1) {
    const rate = RECIPE.rate * (1.05 - Math.floor(step / examples.length) / RECIPE.epochs);
    const example = examples[Math.floor(random() * examples.length)];
    if (example === undefined) break;
    const kept = example.places.map((_, at) => at).filter(() => random() >= RECIPE.dropout);
    let said = bias;
    for (const at of kept)
      said += ((weights[example.places[at] ?? 0] ?? 0) * (example.values[at] ?? 0)) / (1 - RECIPE.dropout);
    const error = said - example.gain;
    bias -= 0.002 * error;
    for (const at of kept) {
      const row = example.places[at] ?? 0;
      const slope = error * (example.values[at] ?? 0) + RECIPE.l2 * (weights[row] ?? 0);
      const square = (squares[row] ?? 0) + slope * slope;
      squares[row] = square;
      weights[row] = (weights[row] ?? 0) - (rate * slope) / Math.sqrt(square);
    }
  }
  return { weights, bias };
}
