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

/** Means of word vectors. */
export interface Meanings {
  /**
   * What the words of a text mean: of all of them, of the first sentence, and of the last words (where instructions
   * stand). `places` says which word of the table each token is (−1 = none); `into` takes the vectors.
   */
  ofText(tokens: Tokens, used: Int32Array, places: Int32Array, into: Float32Array): void;
  /** How near the mean of some words of the table comes to the first vector of `meaning`: a cosine, 0 where none is known. */
  fit(places: Int32Array, meaning: Float32Array): number;
}

/** At most so many words are summed up: what two bytes can hold of them. */
const MOST_WORDS = 256;
const EVERY_OTHER_BYTE = 0x00ff00ff;
/** Makes numbers from −128 to 127 such from 0 to 255. */
const BIAS = 128;

/** Keeps a copy of the vectors, four numbers a word of the machine, and adds two of them at a time. */
export function createMeanings({ size, words, values }: WordVectors): Meanings {
  const width = Math.ceil(size / 4);
  const bytes = new Uint8Array(words.length * width * 4);
  for (let word = 0; word < words.length; word += 1)
    for (let d = 0; d < size; d += 1) bytes[word * width * 4 + d] = (values[word * size + d] ?? 0) + BIAS;
  const packed = new Int32Array(bytes.buffer);
  const even = new Int32Array(width);
  const odd = new Int32Array(width);
  const sum = new Float32Array(size);
  const fetched = new Int32Array(MOST_WORDS);

  /** Vectors first, without work that waits for them: the processor then fetches many at a time. */
  function fetchAll(places: Int32Array): void {
    const end = Math.min(places.length, MOST_WORDS);
    for (let at = 0; at < end; at += 1) {
      const from = Math.max(0, places[at] ?? 0) * width;
      fetched[at] = (packed[from] ?? 0) + (packed[from + width - 1] ?? 0);
    }
  }

  function addUp(places: Int32Array, first: number, end: number, into: Float32Array, to: number): void {
    even.fill(0);
    odd.fill(0);
    let count = 0;
    for (let at = first; at < end && count < MOST_WORDS; at += 1) {
      const from = (places[at] ?? -1) * width;
      if (from < 0) continue;
      count += 1;
      for (let i = 0; i < width; i += 1) {
        const four = packed[from + i] ?? 0;
        even[i] = (even[i] ?? 0) + (four & EVERY_OTHER_BYTE);
        odd[i] = (odd[i] ?? 0) + ((four >>> 8) & EVERY_OTHER_BYTE);
      }
    }
    const bias = count * BIAS;
    for (let d = 0; d < size; d += 1) {
      const pair = ((d & 1) === 0 ? even : odd)[d >> 2] ?? 0;
      into[to + d] = ((d & 2) === 0 ? pair & 0xffff : pair >>> 16) - bias;
    }
  }

  return {
    ofText(tokens, used, places, into) {
      const count = used.length;
      const head = headOf(tokens, used);
      const tail = Math.max(0, count - TAIL_WORDS);
      fetchAll(places);
      addUp(places, 0, count, into, 0);
      if (head === count) into.copyWithin(size, 0, size);
      else addUp(places, 0, head, into, size);
      if (tail === 0) into.copyWithin(2 * size, 0, size);
      else addUp(places, tail, count, into, 2 * size);
      for (let view = 0; view < VIEWS; view += 1) setLength(into, view * size, size);
    },
    fit(places, meaning) {
      addUp(places, 0, places.length, sum, 0);
      let [dot, squares] = [0, 0];
      for (let d = 0; d < size; d += 1) {
        dot += (sum[d] ?? 0) * (meaning[d] ?? 0);
        squares += (sum[d] ?? 0) ** 2;
      }
      return squares === 0 ? 0 : dot / (Math.sqrt(squares) * LENGTH);
    },
  };
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
