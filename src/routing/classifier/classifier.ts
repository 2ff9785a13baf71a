import type { Classification, RequestTexts, Signals } from '../types.ts';
import { createExtractor, type Features, type WordVectors } from './features.ts';

/** What a weights file holds (format.ts reads and writes it). */
export interface Weights {
  readonly labels: readonly string[];
  /** 2^bits hashed features. */
  readonly bits: number;
  /** One row of `labels.length` numbers a feature, hashed ones first, then the dense ones. */
  readonly matrix: Int8Array;
  /** What a stored number stands for, by row. */
  readonly scales: Float32Array;
  readonly bias: Float32Array;
  /** Scores are divided by it before they become probabilities: fitted so that 0.8 is right 80 % of the time. */
  readonly temperature: number;
  readonly vectors: WordVectors;
}

export interface Classifier {
  classify(texts: RequestTexts, signals: Signals): Classification;
  /** Probabilities in the order of `labels`. */
  probabilities(texts: RequestTexts, signals: Signals): Float32Array;
  readonly labels: readonly string[];
}

const RANKED = 5;

/** Multinomial logistic regression over hashed words, shape and meaning. Not to be shared between threads. */
export function createClassifier(weights: Weights): Classifier {
  const extract = createExtractor(weights.bits, weights.vectors);
  const { labels } = weights;

  function probabilities(texts: RequestTexts, signals: Signals): Float32Array {
    return softmax(scoresOf(weights, extract(texts, signals)), weights.temperature);
  }

  return {
    labels,
    probabilities,
    classify(texts, signals) {
      const found = probabilities(texts, signals);
      const ranking = labels
        .map((category, at) => ({ category, probability: round(found[at] ?? 0) }))
        .toSorted((a, b) => b.probability - a.probability)
        .slice(0, RANKED);
      const [best] = ranking;
      return { category: best?.category ?? '', confidence: best?.probability ?? 0, ranking, source: 'local' };
    },
  };
}

function round(probability: number): number {
  return Math.round(probability * 1_000) / 1_000;
}

function scoresOf({ labels, bits, matrix, scales, bias }: Weights, features: Features): Float32Array {
  const size = labels.length;
  const scores = Float32Array.from(bias);
  const addRow = (row: number, factor: number): void => {
    const scaled = factor * (scales[row] ?? 0);
    const from = row * size;
    for (let k = 0; k < size; k += 1) scores[k] = (scores[k] ?? 0) + scaled * (matrix[from + k] ?? 0);
  };
  const { index, value, dense } = features;
  for (let i = 0; i < index.length; i += 1) addRow(index[i] ?? 0, value[i] ?? 0);
  for (let d = 0; d < dense.length; d += 1) addRow((1 << bits) + d, dense[d] ?? 0);
  return scores;
}

/** Softmax in place. */
export function softmax(scores: Float32Array, temperature: number): Float32Array {
  const most = Math.max(...scores);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    scores[k] = Math.exp(((scores[k] ?? 0) - most) / temperature);
    sum += scores[k] ?? 0;
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] = (scores[k] ?? 0) / sum;
  return scores;
}
