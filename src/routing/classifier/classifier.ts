import type { Classification, RequestTexts, Signals } from '../types.ts';
import { createExtractor } from './features.ts';
import type { WordVectors } from './meaning.ts';
import { softmax } from './softmax.ts';
import { HashTable } from './table.ts';

/** What a weights file holds (format.ts reads and writes it). */
export interface Weights {
  readonly labels: readonly string[];
  /** Hashes of the features that have a row; others say nothing. */
  readonly hashes: Int32Array;
  /** One row of `labels.length` numbers a feature: hashed ones first, then the dense ones. */
  readonly matrix: Int8Array;
  /** What a stored number stands for, by row. */
  readonly scales: Float32Array;
  readonly bias: Float32Array;
  /** Scores are divided by it before they become probabilities: fitted so that 0.8 is right 80 % of the time. */
  readonly temperature: number;
  readonly gain: GainWeights;
  readonly vectors: WordVectors;
}

/** How much better a strong model's answer would be: one number a feature. */
export interface GainWeights {
  /** Hashes of features that say something of this only. */
  readonly hashes: Int32Array;
  /** In the order of the hashes with a row, these, and the dense ones. */
  readonly weights: Int8Array;
  /** What a stored number stands for. */
  readonly scale: number;
  readonly bias: number;
}

/** What the classifier makes of a request. */
export interface Reading {
  /** In the order of `labels`. */
  readonly probabilities: Float32Array;
  /** Expected lead of a strong model over a weak one, as measured on scored prompts: about −0.3 to 0.5. */
  readonly gain: number;
}

export interface Classifier {
  classify(texts: RequestTexts, signals: Signals): Classification;
  read(texts: RequestTexts, signals: Signals): Reading;
  readonly labels: readonly string[];
}

/** How many categories a classification names. */
export const RANKED = 5;

/** Multinomial logistic regression over hashed words, shape and meaning. Not to be shared between threads. */
export function createClassifier(weights: Weights): Classifier {
  const { labels, hashes, matrix, scales, bias, temperature, gain, vectors } = weights;
  const extract = createExtractor(vectors);
  const known = joined(hashes, gain.hashes);
  const table = new HashTable(known);
  const size = labels.length;
  const hashed = hashes.length;
  const leads = gain.weights;
  const sums = new Float32Array(known.length);
  const touched = new Int32Array(known.length);
  const rows = new Int32Array(scales.length + AT_ONCE);
  const factors = new Float32Array(rows.length);

  function read(texts: RequestTexts, signals: Signals): Reading {
    const { count, hash, value, dense } = extract(texts, signals);
    let lead = 0;
    let used = 0;
    let seen = 0;
    for (let at = 0; at < count; at += 1) {
      const row = table.find(hash[at] ?? 0);
      if (row === -1) continue;
      const [held, its] = [sums[row] ?? 0, value[at] ?? 0];
      if (held === 0) touched[seen++] = row;
      // A feature that comes again says little more than it did the first time.
      if (its > held) sums[row] = its;
    }
    for (let at = 0; at < seen; at += 1) {
      const row = touched[at] ?? 0;
      const its = sums[row] ?? 0;
      lead += its * (leads[row] ?? 0);
      sums[row] = 0;
      if (row >= hashed) continue;
      rows[used] = row * size;
      factors[used] = its * (scales[row] ?? 0);
      used += 1;
    }
    for (let d = 0; d < dense.length; d += 1) {
      const its = dense[d] ?? 0;
      const row = hashed + d;
      lead += its * (leads[known.length + d] ?? 0);
      rows[used] = row * size;
      factors[used] = its * (scales[row] ?? 0);
      used += 1;
    }
    const scores = bias.slice();
    addRows(scores, matrix, rows, factors, used);
    return { probabilities: softmax(scores, temperature), gain: gain.bias + lead * gain.scale };
  }

  return {
    labels,
    read,
    classify(texts, signals) {
      const { probabilities, gain: lead } = read(texts, signals);
      const ranking = bestOf(probabilities, labels);
      const [best] = ranking;
      const [category, confidence] = [best?.category ?? '', best?.probability ?? 0];
      return { category, confidence, ranking, source: 'local', gain: round(lead) };
    },
  };
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The likeliest few, likeliest first. */
function bestOf(
  probabilities: Float32Array,
  labels: readonly string[],
): { category: string; probability: number }[] {
  const left = probabilities.slice();
  return Array.from({ length: Math.min(RANKED, labels.length) }, () => {
    let best = 0;
    for (let k = 1; k < left.length; k += 1) if ((left[k] ?? 0) > (left[best] ?? 0)) best = k;
    const probability = round(left[best] ?? 0);
    left[best] = -1;
    return { category: labels[best] ?? '', probability };
  });
}

const AT_ONCE = 4;

/** Adds rows of the matrix, each times its factor, to the scores; four at once, which halves the time. */
function addRows(
  scores: Float32Array,
  matrix: Int8Array,
  rows: Int32Array,
  factors: Float32Array,
  count: number,
): void {
  // What the last four lack: a row that counts nothing.
  factors.fill(0, count, count + AT_ONCE);
  for (let at = 0; at < count; at += AT_ONCE) {
    const [a, b, c, d] = [rows[at] ?? 0, rows[at + 1] ?? 0, rows[at + 2] ?? 0, rows[at + 3] ?? 0];
    const fa = factors[at] ?? 0;
    const fb = factors[at + 1] ?? 0;
    const fc = factors[at + 2] ?? 0;
    const fd = factors[at + 3] ?? 0;
    for (let k = 0; k < scores.length; k += 1)
      scores[k] =
        (scores[k] ?? 0) +
        fa * (matrix[a + k] ?? 0) +
        fb * (matrix[b + k] ?? 0) +
        fc * (matrix[c + k] ?? 0) +
        fd * (matrix[d + k] ?? 0);
  }
}

function round(probability: number): number {
  return Math.round(probability * 1_000) / 1_000;
}
