import { createExtractor } from '../classifier/features.ts';
import type { WordVectors } from '../classifier/meaning.ts';
import { fit, type Example, type Fitted } from './fit.ts';
import { LABEL_NAMES } from './labels.ts';
import type { RequestFeatures } from '../signals/read-signals.ts';
import type { LabelledRow } from './rows.ts';

/** What was found best by leave-one-source-out (docs/router-report.md). */
export const RECIPE = {
  epochs: 8,
  rate: 0.06,
  l2: 1e-4,
  dropout: 0.35,
  denseDropout: 0.25,
  seed: 1,
  /** Hashed features that the weights have room for; of those in three rows at least, the most telling. */
  features: 52_000,
  leastRows: 3,
  /** Share of the target that labels which would be as right have together. */
  accepted: 0.05,
  /** Rare labels count more, by this power of their share. */
  balance: 0.3,
  /** So many rows of a label from one source count in full; more of them together as the root of their number. */
  enough: 60,
};
export type Recipe = typeof RECIPE;

const OWN = 'own';
const INDEX = new Map(LABEL_NAMES.map((label, index) => [label, index]));

/** A row's features, computed once: hashes in ascending order, each once, with its greatest value. */
export interface RowFeatures {
  readonly hash: Int32Array;
  readonly value: Float32Array;
  readonly dense: Float32Array;
}

export type Extracted = ReadonlyMap<LabelledRow, RowFeatures>;

export function extractAll(rows: readonly LabelledRow[], vectors: WordVectors): Extracted {
  const read = createReader(vectors);
  return new Map(rows.map((row) => [row, read(row.features)]));
}

/** Reads the features of requests, each with its own copy. */
export function createReader(vectors: WordVectors): (features: RequestFeatures) => RowFeatures {
  const extract = createExtractor(vectors);
  return ({ texts, signals }) => {
    const { count, hash, value, dense } = extract(texts, signals);
    const greatest = new Map<number, number>();
    for (let at = 0; at < count; at += 1) {
      const its = hash[at] ?? 0;
      greatest.set(its, Math.max(greatest.get(its) ?? 0, value[at] ?? 0));
    }
    return {
      hash: Int32Array.from(greatest.keys()),
      value: Float32Array.from(greatest.values()),
      dense: dense.slice(),
    };
  };
}

export function isKnown(row: LabelledRow): boolean {
  return INDEX.has(row.label);
}

/** Trains on rows whose features are given. */
export function learn(rows: readonly LabelledRow[], extracted: Extracted, recipe: Recipe = RECIPE): Fitted {
  const hashes = commonHashes(rows, extracted, recipe.leastRows);
  const rowOf = new Map([...hashes].map((hash, at) => [hash, at]));
  const byLabel = Map.groupBy(rows, (row) => row.label);
  const mean = rows.length / byLabel.size;
  const bySource = Map.groupBy(rows, (row) => `${row.source} ${row.label}`);
  const crowd = (row: LabelledRow): number =>
    row.source === OWN
      ? 1
      : Math.min(1, recipe.enough / (bySource.get(`${row.source} ${row.label}`)?.length ?? 1)) ** 0.5;
  let dense = 0;
  const examples = rows.flatMap((row): Example[] => {
    const features = extracted.get(row);
    if (features === undefined) return [];
    dense = features.dense.length;
    const share = (mean / (byLabel.get(row.label)?.length ?? 1)) ** recipe.balance;
    const weight = Math.min(3, Math.max(0.25, share)) * crowd(row);
    return [{ ...placed(features, rowOf), target: targetOf(row, recipe.accepted), weight }];
  });
  const classes = LABEL_NAMES.length;
  const { matrix, bias } = fit(examples, { ...recipe, classes, sparse: hashes.length, dense });
  return pruned({ hashes, matrix, bias, classes }, examples, recipe.features);
}

/** Hashes that occur in so many rows at least: what stands in one row says nothing of others. */
function commonHashes(rows: readonly LabelledRow[], extracted: Extracted, least: number): Int32Array {
  const counts = new Map<number, number>();
  for (const row of rows)
    for (const hash of extracted.get(row)?.hash ?? []) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return Int32Array.from([...counts].filter(([, count]) => count >= least).map(([hash]) => hash));
}

function placed(
  { hash, value, dense }: RowFeatures,
  rowOf: ReadonlyMap<number, number>,
): Pick<Example, 'rows' | 'value' | 'dense'> {
  const [rows, values]: [number[], number[]] = [[], []];
  for (const [at, its] of hash.entries()) {
    const row = rowOf.get(its);
    if (row === undefined) continue;
    rows.push(row);
    values.push(value[at] ?? 0);
  }
  return { rows: Int32Array.from(rows), value: Float32Array.from(values), dense };
}

/** Keeps the features that move the scores most over all rows. */
function pruned(model: Fitted, examples: readonly Example[], most: number): Fitted {
  const { hashes, matrix, bias, classes } = model;
  if (hashes.length <= most) return model;
  const weight = new Float64Array(hashes.length);
  for (const { rows, value } of examples)
    for (const [at, row] of rows.entries()) weight[row] = (weight[row] ?? 0) + (value[at] ?? 0) ** 2;
  for (let row = 0; row < hashes.length; row += 1) {
    let squares = 0;
    for (let k = 0; k < classes; k += 1) squares += (matrix[row * classes + k] ?? 0) ** 2;
    weight[row] = (weight[row] ?? 0) * squares;
  }
  const kept = Int32Array.from(hashes.keys())
    .sort((a, b) => (weight[b] ?? 0) - (weight[a] ?? 0))
    .slice(0, most)
    .sort();
  const dense = matrix.slice(hashes.length * classes);
  const small = new Float32Array(most * classes + dense.length);
  for (const [at, row] of kept.entries())
    small.set(matrix.subarray(row * classes, (row + 1) * classes), at * classes);
  small.set(dense, most * classes);
  return { hashes: kept.map((row) => hashes[row] ?? 0), matrix: small, bias, classes };
}

function targetOf(row: LabelledRow, accepted: number): Float32Array {
  const target = new Float32Array(LABEL_NAMES.length);
  const others = row.accept.flatMap((label) => {
    const index = INDEX.get(label);
    return index === undefined || label === row.label ? [] : [index];
  });
  target[INDEX.get(row.label) ?? 0] = others.length === 0 ? 1 : 1 - accepted;
  for (const index of others) target[index] = (target[index] ?? 0) + accepted / others.length;
  return target;
}

/** Scores of a model that has not been made small. */
export function createScorer({
  hashes,
  matrix,
  bias,
  classes,
}: Fitted): (features: RowFeatures) => Float32Array {
  const rowOf = new Map([...hashes].map((hash, at) => [hash, at]));
  return (features) => {
    const { rows, value, dense } = placed(features, rowOf);
    const scores = Float32Array.from(bias);
    const add = (row: number, factor: number): void => {
      for (let k = 0; k < classes; k += 1)
        scores[k] = (scores[k] ?? 0) + factor * (matrix[row * classes + k] ?? 0);
    };
    for (const [at, row] of rows.entries()) add(row, value[at] ?? 0);
    for (const [d, its] of dense.entries()) add(hashes.length + d, its);
    return scores;
  };
}

/** A prediction that waits to be judged. */
export interface Judged {
  readonly row: LabelledRow;
  readonly scores: Float32Array;
}
