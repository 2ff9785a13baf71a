import type { Tokens } from './scan.ts';
import { KIND } from './scan.ts';

/** Meaning of words: vectors of `size` numbers, distilled from a sentence encoder (see the model card). */
export interface WordVectors {
  readonly size: number;
  readonly words: readonly string[];
  /** `size` numbers a word, in the order of `words`. What they stand for does not matter: lengths are set later. */
  readonly values: Int8Array;
}

/** Of each vector: brought to this length. */
const LENGTH = 4;
const HEAD_WORDS = 24;
/** A first sentence of less than this is a greeting or a heading: the next belongs to it. */
const HEAD_LEAST = 5;
const TAIL_WORDS = 16;

/** How many vectors `meaningOf` makes. */
export const VIEWS = 3;

/**
 * What the words mean, as means of their vectors: of all of them, of the first sentence, and of the last words (where
 * instructions stand). `places` says which word of the table each token is (−1 = none); `into` takes the vectors.
 */
export function meaningOf(
  tokens: Tokens,
  used: Int32Array,
  places: Int32Array,
  { size, values }: WordVectors,
  into: Float32Array,
): void {
  into.fill(0);
  const count = used.length;
  const add = (first: number, end: number, to: number): void => {
    for (let at = first; at < end; at += 1) {
      const from = (places[at] ?? -1) * size;
      if (from < 0) continue;
      for (let d = 0; d < size; d += 1) into[to + d] = (into[to + d] ?? 0) + (values[from + d] ?? 0);
    }
  };
  add(0, count, 0);
  add(0, headOf(tokens, used), size);
  add(Math.max(0, count - TAIL_WORDS), count, 2 * size);
  for (let view = 0; view < VIEWS; view += 1) setLength(into, view * size, size);
}

/** Where the first sentence ends, counted in used tokens. */
export function headOf({ opens, kind }: Tokens, used: Int32Array): number {
  let words = 0;
  for (let at = 0; at < used.length; at += 1) {
    const token = used[at] ?? 0;
    if (words >= HEAD_LEAST && opens[token] === 1) return at;
    if (kind[token] === KIND.word) words += 1;
    if (words === HEAD_WORDS) return at + 1;
  }
  return used.length;
}

function setLength(vector: Float32Array, from: number, size: number): void {
  let squares = 0;
  for (let d = 0; d < size; d += 1) squares += (vector[from + d] ?? 0) ** 2;
  if (squares === 0) return;
  const factor = LENGTH / Math.sqrt(squares);
  for (let d = 0; d < size; d += 1) vector[from + d] = (vector[from + d] ?? 0) * factor;
}

/** How near the mean of some words of the table comes to the first vector of `meaning`: a cosine, 0 where none is known. */
export function fitOf(
  places: readonly number[],
  { size, values }: WordVectors,
  meaning: Float32Array,
): number {
  const sum = new Float32Array(size);
  for (const place of places)
    if (place >= 0)
      for (let d = 0; d < size; d += 1) sum[d] = (sum[d] ?? 0) + (values[place * size + d] ?? 0);
  let [dot, squares] = [0, 0];
  for (let d = 0; d < size; d += 1) {
    dot += (sum[d] ?? 0) * (meaning[d] ?? 0);
    squares += (sum[d] ?? 0) ** 2;
  }
  return squares === 0 ? 0 : dot / (Math.sqrt(squares) * LENGTH);
}
