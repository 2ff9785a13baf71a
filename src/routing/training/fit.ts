/** A trained model, not yet made small: one row of `classes` numbers for each feature, hashed ones first. */
export interface Fitted {
  /** Hashes of the features, by row. */
  readonly hashes: Int32Array;
  readonly matrix: Float32Array;
  readonly bias: Float32Array;
  readonly classes: number;
}

/** A request, in rows of the matrix. */
export interface Example {
  readonly rows: Int32Array;
  readonly value: Float32Array;
  /** Values of the last rows. */
  readonly dense: Float32Array;
  /** Wanted probability of each class. */
  readonly target: Float32Array;
  readonly weight: number;
}

export interface FitOptions {
  readonly classes: number;
  /** Rows of hashed features, and of dense ones. */
  readonly sparse: number;
  readonly dense: number;
  readonly epochs: number;
  readonly rate: number;
  readonly l2: number;
  /** Share of the features that a step does not see: keeps the model from trusting single words. */
  readonly dropout: number;
  readonly denseDropout: number;
  readonly seed: number;
}

/** Classes that are as good as right already are left alone: most of them, most of the time. */
const LEAST = 2e-4;

/**
 * Softmax regression by AdaGrad, one rate a row; the numbers returned are means over the second half of the way, which
 * is worth several models. The same examples and seed give the same numbers.
 */
export function fit(
  examples: readonly Example[],
  options: FitOptions,
): { matrix: Float32Array; bias: Float32Array } {
  const { classes, sparse, dense, epochs, rate: first, l2, dropout, denseDropout, seed } = options;
  const rows = sparse + dense;
  const matrix = new Float32Array(rows * classes);
  const bias = new Float32Array(classes);
  const squares = new Float32Array(rows + 1).fill(1e-3);
  const sum = new Float32Array(rows * classes);
  const biasSum = new Float32Array(classes);
  let sums = 0;
  const random = generator(seed);
  const order = Int32Array.from(examples, (_, index) => index);
  const scores = new Float32Array(classes);
  const [places, values] = [new Int32Array(4_096), new Float32Array(4_096)];
  const moved = new Int32Array(classes);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random);
    const rate = first * (1.05 - epoch / epochs);
    for (const at of order) {
      const example = examples[at];
      if (example === undefined) continue;
      let used = 0;
      const factor = 1 / (1 - dropout);
      for (let i = 0; i < example.rows.length; i += 1) {
        if (random() < dropout) continue;
        places[used] = example.rows[i] ?? 0;
        values[used] = (example.value[i] ?? 0) * factor;
        used += 1;
      }
      for (let d = 0; d < dense; d += 1) {
        if (denseDropout > 0 && random() < denseDropout) continue;
        places[used] = sparse + d;
        values[used] = (example.dense[d] ?? 0) / (1 - denseDropout);
        used += 1;
      }
      scores.set(bias);
      for (let i = 0; i < used; i += 1) {
        const from = (places[i] ?? 0) * classes;
        const value = values[i] ?? 0;
        for (let k = 0; k < classes; k += 1) scores[k] = (scores[k] ?? 0) + (matrix[from + k] ?? 0) * value;
      }
      const size = toGradient(scores, example);
      const biasSquare = (squares[rows] ?? 0) + size;
      squares[rows] = biasSquare;
      let moving = 0;
      for (let k = 0; k < classes; k += 1) if (Math.abs(scores[k] ?? 0) > LEAST) moved[moving++] = k;
      const biasStep = rate / Math.sqrt(biasSquare);
      for (let k = 0; k < classes; k += 1) bias[k] = (bias[k] ?? 0) - biasStep * (scores[k] ?? 0);
      for (let i = 0; i < used; i += 1) {
        const row = places[i] ?? 0;
        const value = values[i] ?? 0;
        const square = (squares[row] ?? 0) + size * value * value;
        squares[row] = square;
        const pace = rate / Math.sqrt(square);
        const [step, decay] = [pace * value, 1 - pace * l2];
        const from = row * classes;
        for (let m = 0; m < moving; m += 1) {
          const k = moved[m] ?? 0;
          matrix[from + k] = (matrix[from + k] ?? 0) * decay - step * (scores[k] ?? 0);
        }
      }
    }
    if (epoch * 2 < epochs) continue;
    sums += 1;
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + (matrix[at] ?? 0);
    for (let k = 0; k < classes; k += 1) biasSum[k] = (biasSum[k] ?? 0) + (bias[k] ?? 0);
  }
  return { matrix: sum.map((it) => it / sums), bias: biasSum.map((it) => it / sums) };
}

/** From scores to (probability − wanted) × weight, in place; the mean square of a class's, for the pace. */
function toGradient(scores: Float32Array, { target, weight }: Example): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    const power = Math.exp((scores[k] ?? 0) - most);
    scores[k] = power;
    sum += power;
  }
  let squares = 0;
  for (let k = 0; k < scores.length; k += 1) {
    const its = weight * ((scores[k] ?? 0) / sum - (target[k] ?? 0));
    scores[k] = its;
    squares += its * its;
  }
  return squares / scores.length;
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
}

/** mulberry32. */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
