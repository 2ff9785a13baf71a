import type { GainWeights, Weights } from '../classifier/classifier.ts';
import type { WordVectors } from '../classifier/meaning.ts';
import type { Fitted } from './fit.ts';
import type { FittedGain } from './gain.ts';
import { LABEL_NAMES } from './labels.ts';

/** Hashed features are many, and stored in half a byte each; the dense ones in a whole byte. */
const [MOST_HASHED, MOST] = [7, 127];

/** Makes a model small: each feature's row as whole numbers and one scale. */
export function quantise(
  model: Fitted,
  gain: FittedGain,
  vectors: WordVectors,
  temperature: number,
): Weights {
  const { hashes, matrix, bias, classes } = model;
  const rows = matrix.length / classes;
  const small = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const its = matrix.subarray(row * classes, (row + 1) * classes);
    const scale = scaleOf(its, row < hashes.length ? MOST_HASHED : MOST);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let k = 0; k < classes; k += 1) small[row * classes + k] = Math.round((its[k] ?? 0) / scale);
  }
  return {
    labels: LABEL_NAMES,
    hashes,
    matrix: small,
    scales,
    bias,
    temperature,
    gain: smallGain(gain),
    vectors,
  };
}

/** Makes an expected gain small, as it ships. */
export function smallGain({ hashes, weights, bias }: FittedGain): GainWeights {
  const scale = scaleOf(weights, MOST);
  return {
    hashes,
    weights: Int8Array.from(weights, (its) => (scale === 0 ? 0 : Math.round(its / scale))),
    scale,
    bias,
  };
}

function scaleOf(numbers: Float32Array, largest: number): number {
  let most = 0;
  for (const its of numbers) most = Math.max(most, Math.abs(its));
  return most / largest;
}
