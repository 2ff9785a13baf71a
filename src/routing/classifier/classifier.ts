import type { Classification, RequestTexts, Signals } from '../types.ts';
import { createDistinct } from './distinct.ts';
import { createExtractor, MOST_FEATURES } from './features.ts';
import type { WordVectors } from './meaning.ts';
import { packFeatures, wholeRows } from './rows.ts';
import { softmax } from './softmax.ts';

/** What a weights file holds (format.ts reads and writes it). */
export interface Weights {
  readonly labels: readonly string[];
  /** Hashes of the features that have a row; others say nothing. */
  readonly hashes: Int32Array;
  /** One row of `labels.length` numbers a feature: hashed ones first (−7 to 7), then the dense ones. */
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
  const { labels, hashes, scales, bias, temperature, gain, vectors } = weights;
  const extract = createExtractor(vectors);
  const distinct = createDistinct(MOST_FEATURES);
  const known = joined(hashes, gain.hashes);
  const size = labels.length;
  const hashed = hashes.length;
  const leads = gain.weights;
  const rows = packFeatures(
    { hashes: known, numbers: weights.matrix, scales: scales.subarray(0, hashed), leads },
    size,
    MOST_FEATURES,
  );
  const denseMatrix = wholeRows(weights.matrix.slice(hashed * size), scales.slice(hashed), size);
  const scores = new Float64Array(size);

  function read(texts: RequestTexts, signals: Signals): Reading {
    const { count, hash, value, dense } = extract(texts, signals);
    const seen = distinct.take(count, hash, value);
    scores.set(bias);
    let lead = rows.add(scores, seen, distinct.hash, distinct.value);
    denseMatrix.add(scores, dense);
    for (let d = 0; d < dense.length; d += 1) lead += (dense[d] ?? 0) * (leads[known.length + d] ?? 0);
    const probabilities = new Float32Array(size);
    probabilities.set(scores);
    softmax(probabilities, temperature);
    return { probabilities, gain: gain.bias + lead * gain.scale };
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
  const ranking: { category: string; probability: number }[] = [];
  const taken = new Set<number>();
  while (ranking.length < Math.min(RANKED, labels.length)) {
    let best = -1;
    let most = -1;
    for (let k = 0; k < labels.length; k += 1) {
      const its = probabilities[k] ?? 0;
      if (its <= most || taken.has(k)) continue;
      most = its;
      best = k;
    }
    taken.add(best);
    ranking.push({ category: labels[best] ?? '', probability: round(most) });
  }
  return ranking;
}

function round(probability: number): number {
  return Math.round(probability * 1_000) / 1_000;
}
