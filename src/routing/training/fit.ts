import type { Features } from '../classifier/features.ts';

/** A trained model, not yet made small. */
export interface Fitted {
  /** One row of `classes` numbers a feature. */
  readonly matrix: Float32Array;
  readonly bias: Float32Array;
  readonly classes: number;
}

export interface Example {
  readonly features: Features;
  /** Wanted probability of each class. */
  readonly target: Float32Array;
  readonly weight: number;
}

export interface FitOptions {
  readonly classes: number;
  readonly bits: number;
  readonly denseSize: number;
  readonly epochs: number;
  readonly rate: number;
  readonly l2: number;
  /** Share of the features that a step does not see: keeps the model from trusting single words. */
  readonly dropout: number;
  readonly seed: number;
}

/** Softmax regression by AdaGrad. The same examples and seed give the same numbers. */
export function fit(examples: readonly Example[], options: FitOptions): Fitted {
  const { classes, bits, denseSize, epochs, rate: first, l2, dropout, seed } = options;
  const rows = (1 << bits) + denseSize;
  const matrix = new Float32Array(rows * classes);
  const squares = new Float32Array(rows * classes).fill(1e-3);
  const bias = new Float32Array(classes);
  const biasSquares = new Float32Array(classes).fill(1e-3);
  const random = generator(seed);
  const order = examples.map((_, index) => index);
  const scores = new Float32Array(classes);
  const places: number[] = [];
  const values: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random);
    const rate = first * (1.05 - epoch / epochs);
    for (const at of order) {
      const example = examples[at];
      if (example === undefined) continue;
      pick(example.features, bits, dropout, random, places, values);
      scores.set(bias);
      for (let i = 0; i < places.length; i += 1) {
        const from = (places[i] ?? 0) * classes;
        const value = values[i] ?? 0;
        for (let k = 0; k < classes; k += 1) scores[k] = (scores[k] ?? 0) + (matrix[from + k] ?? 0) * value;
      }
      toGradient(scores, example);
      for (let k = 0; k < classes; k += 1) {
        const gradient = scores[k] ?? 0;
        const square = (biasSquares[k] ?? 0) + gradient * gradient;
        biasSquares[k] = square;
        bias[k] = (bias[k] ?? 0) - (rate * gradient) / Math.sqrt(square);
      }
      for (let i = 0; i < places.length; i += 1) {
        const from = (places[i] ?? 0) * classes;
        const value = values[i] ?? 0;
        for (let k = 0; k < classes; k += 1) {
          const weight = matrix[from + k] ?? 0;
          const gradient = (scores[k] ?? 0) * value + l2 * weight;
          if (Math.abs(gradient) < 1e-5) continue;
          const square = (squares[from + k] ?? 0) + gradient * gradient;
          squares[from + k] = square;
          matrix[from + k] = weight - (rate * gradient) / Math.sqrt(square);
        }
      }
    }
  }
  return { matrix, bias, classes };
}

function pick(
  { index, value, dense }: Features,
  bits: number,
  dropout: number,
  random: () => number,
  places: number[],
  values: number[],
): void {
  places.length = 0;
  values.length = 0;
  for (let i = 0; i < index.length; i += 1) {
    if (random() < dropout) continue;
    places.push(index[i] ?? 0);
    values.push(value[i] ?? 0);
  }
  for (let d = 0; d < dense.length; d += 1) {
    places.push((1 << bits) + d);
    values.push(dense[d] ?? 0);
  }
}

/** From scores to (probability − wanted) × weight, in place. */
function toGradient(scores: Float32Array, { target, weight }: Example): void {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    const power = Math.exp((scores[k] ?? 0) - most);
    scores[k] = power;
    sum += power;
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] = weight * ((scores[k] ?? 0) / sum - (target[k] ?? 0));
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
