import type { Weights } from '../classifier/classifier.ts';
import { softmax } from '../classifier/classifier.ts';
import { createExtractor, type Features, type WordVectors } from '../classifier/features.ts';
import { fit, type Example, type Fitted } from './fit.ts';
import { LABEL_NAMES } from './labels.ts';
import type { LabelledRow } from './rows.ts';

/** What was found best by leave-one-source-out (docs/router-report.md). */
export const RECIPE = { bits: 15, epochs: 8, rate: 0.2, l2: 2e-6, dropout: 0.25, seed: 1 } as const;

/** Share of the target that labels which would be as right have together. */
const ACCEPTED = 0.12;
const INDEX = new Map(LABEL_NAMES.map((label, index) => [label, index]));

/** A row's features, computed once. */
export type Extracted = ReadonlyMap<LabelledRow, Features>;

export function extractAll(rows: readonly LabelledRow[], vectors: WordVectors): Extracted {
  const extract = createExtractor(RECIPE.bits, vectors);
  return new Map(rows.map((row) => [row, extract(row.features.texts, row.features.signals)]));
}

export function isKnown(row: LabelledRow): boolean {
  return INDEX.has(row.label);
}

/** Trains on rows whose features are given. Rare labels and small sources count more, by the root of their share. */
export function learn(rows: readonly LabelledRow[], extracted: Extracted, denseSize: number): Fitted {
  const byLabel = Map.groupBy(rows, (row) => row.label);
  const mean = rows.length / byLabel.size;
  const examples = rows.flatMap((row): Example[] => {
    const features = extracted.get(row);
    if (features === undefined) return [];
    const share = Math.sqrt(mean / (byLabel.get(row.label)?.length ?? 1));
    return [{ features, target: targetOf(row), weight: Math.min(3, Math.max(0.25, share)) }];
  });
  return fit(examples, { ...RECIPE, classes: LABEL_NAMES.length, denseSize });
}

function targetOf(row: LabelledRow): Float32Array {
  const target = new Float32Array(LABEL_NAMES.length);
  const others = row.accept.flatMap((label) => {
    const index = INDEX.get(label);
    return index === undefined || label === row.label ? [] : [index];
  });
  target[INDEX.get(row.label) ?? 0] = others.length === 0 ? 1 : 1 - ACCEPTED;
  for (const index of others) target[index] = (target[index] ?? 0) + ACCEPTED / others.length;
  return target;
}

/** Scores of a model that has not been made small. */
export function scoresOf({ matrix, bias, classes }: Fitted, { index, value, dense }: Features): Float32Array {
  const scores = Float32Array.from(bias);
  const add = (row: number, factor: number): void => {
    for (let k = 0; k < classes; k += 1)
      scores[k] = (scores[k] ?? 0) + factor * (matrix[row * classes + k] ?? 0);
  };
  for (let i = 0; i < index.length; i += 1) add(index[i] ?? 0, value[i] ?? 0);
  for (let d = 0; d < dense.length; d += 1) add((1 << RECIPE.bits) + d, dense[d] ?? 0);
  return scores;
}

/** Makes a model small: each feature's row as whole numbers from −127 to 127 and one scale. */
export function quantise(model: Fitted, vectors: WordVectors, temperature: number): Weights {
  const { matrix, bias, classes } = model;
  const rows = matrix.length / classes;
  const small = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let most = 0;
    for (let k = 0; k < classes; k += 1) most = Math.max(most, Math.abs(matrix[row * classes + k] ?? 0));
    if (most === 0) continue;
    scales[row] = most / 127;
    for (let k = 0; k < classes; k += 1) {
      small[row * classes + k] = Math.round((matrix[row * classes + k] ?? 0) / (most / 127));
    }
  }
  return { labels: LABEL_NAMES, bits: RECIPE.bits, matrix: small, scales, bias, temperature, vectors };
}

/** A prediction that waits to be judged. */
export interface Judged {
  readonly row: LabelledRow;
  readonly scores: Float32Array;
}

/** The temperature with the least log loss on predictions for unseen sources: found by golden-section search. */
export function fitTemperature(judged: readonly Judged[]): number {
  const loss = (temperature: number): number => {
    let sum = 0;
    for (const { row, scores } of judged) {
      const found = softmax(Float32Array.from(scores), temperature);
      sum -= Math.log(Math.max(1e-9, found[INDEX.get(row.label) ?? 0] ?? 0));
    }
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0.3, 6];
  for (let step = 0; step < 24; step += 1) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.round(((low + high) / 2) * 1_000) / 1_000;
}
