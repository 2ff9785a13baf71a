import type { RequestTexts, Signals } from '../types.ts';
import { essenceOf } from './essence.ts';
import { combine, hashText } from './hash.ts';
import { structureOf } from './structure.ts';

/** A sparse vector of hashed features and a dense one of the words' meaning. */
export interface Features {
  /** Places in [0, 2^bits). */
  readonly index: Int32Array;
  readonly value: Float32Array;
  readonly dense: Float32Array;
}

/** Meaning of words: vectors of `size` numbers, distilled from a sentence encoder (see the model card). */
export interface WordVectors {
  readonly size: number;
  /** Where a word's vector begins in `values`; undefined = not known. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly values: Float32Array | Int8Array;
  /** What a stored number stands for. */
  readonly scale: number;
}

/** Kinds of features: seeds of their hashes, so that the same word is another feature in another place. */
const SEED = {
  word: 0x811c9dc5,
  pair: 0x1b873593,
  start: 0x52dce729,
  sentence: 0x38495ab5,
  end: 0x7f4a7c15,
  part: 0x9e3779b1,
  system: 0x85ebca6b,
  first: 0xc2b2ae35,
  shape: 0x27d4eb2f,
} as const;

/** Words count less than meaning: they are many, and a new source has others. */
const WORDS = 0.4;
/** Of the dense vector, which is brought to this length. */
const MEANING = 6;
const SHAPE = 0.6;

const MAX_WORDS = 240;
const PAIR_WORDS = 120;
const PART_WORDS = 100;
const SYSTEM_WORDS = 100;
const SENTENCES = 12;
const END_CHARS = 160;
/** Bounded, or each line break of thousands at the end of a text would be followed to that end. */
const SENTENCE_START = /[.!?:\n]\s{1,40}(?=\S)/g;
const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}]+)*|\p{N}+|[?!:;"“„(){}[\]=+<>$€%*#/\\|@]/gu;

/** Words in lower case; numbers by their length only; a few signs. */
export function tokensOf(text: string, limit: number): string[] {
  const tokens: string[] = [];
  for (const [token] of text.toLowerCase().matchAll(WORD)) {
    if (tokens.length === limit) break;
    const unit = token.charCodeAt(0);
    tokens.push(unit >= 0x30 && unit <= 0x39 ? '0'.repeat(Math.min(4, token.length)) : token);
  }
  return tokens;
}

/** Turns requests into features. Keeps one buffer, so it is not to be shared between threads. */
export function createExtractor(
  bits: number,
  vectors: WordVectors,
): (texts: RequestTexts, signals: Signals) => Features {
  const size = 1 << bits;
  const sums = new Float32Array(size);
  const touched = new Int32Array(size);

  return (given, signals) => {
    const texts = { ...given, lastUser: essenceOf(given.lastUser) };
    let used = 0;
    const add = (hash: number, weight: number): void => {
      const at = hash & (size - 1);
      if (sums[at] === 0) touched[used++] = at;
      // A feature that comes again says little more than it did the first time.
      sums[at] = Math.max(sums[at] ?? 0, weight);
    };
    const words = tokensOf(texts.lastUser, MAX_WORDS);
    const hashes = words.map((word) => hashText(word, SEED.word));
    addWords(words, hashes, add);
    addPlaces(texts.lastUser, hashes, add);
    addOthers(texts, add);
    for (const name of structureOf(texts, signals)) add(hashText(name, SEED.shape), SHAPE);
    const index = touched.slice(0, used);
    const value = new Float32Array(used);
    for (let i = 0; i < used; i += 1) {
      const at = index[i] ?? 0;
      value[i] = sums[at] ?? 0;
      sums[at] = 0;
    }
    return { index, value, dense: meaningOf(words, vectors) };
  };
}

type Add = (hash: number, weight: number) => void;

/** Words, pairs of them, and parts of them (endings and stems carry over to forms that were never seen). */
function addWords(words: readonly string[], hashes: readonly number[], add: Add): void {
  const weight = WORDS / Math.sqrt(1 + Math.min(words.length, 200) / 12);
  for (const [at, hash] of hashes.entries()) {
    add(hash, weight * 1.6);
    const next = hashes[at + 1];
    if (next !== undefined && at < PAIR_WORDS) add(combine(hash, next) ^ SEED.pair, weight * 1.3);
  }
  for (const word of words.slice(0, PART_WORDS)) {
    if (word.length < 5) continue;
    for (let length = 4; length <= 5; length += 1) {
      add(hashText(word, SEED.part, 0, length), weight * 0.6);
      add(hashText(word, SEED.part + 1, word.length - length), weight * 0.5);
    }
  }
}

/** What a text begins with, what its sentences begin with, and what it ends with: where instructions stand. */
function addPlaces(text: string, hashes: readonly number[], add: Add): void {
  const [first, second, third] = hashes;
  for (const hash of hashes.slice(0, 5)) add(hash ^ SEED.start, WORDS * 0.7);
  if (first !== undefined && second !== undefined) add(combine(first, second) ^ SEED.start, WORDS * 0.8);
  if (second !== undefined && third !== undefined) add(combine(second, third) ^ SEED.start, WORDS * 0.6);
  let sentences = 0;
  for (const { index } of text.matchAll(SENTENCE_START)) {
    if (sentences++ === SENTENCES) break;
    const [one, two] = tokensOf(text.slice(index + 1, index + 60), 2);
    if (one === undefined) continue;
    const hash = hashText(one, SEED.sentence);
    add(hash, WORDS * 0.5);
    if (two !== undefined) add(combine(hash, hashText(two, SEED.sentence)), WORDS * 0.5);
  }
  for (const word of tokensOf(text.slice(-END_CHARS), 30)) add(hashText(word, SEED.end), WORDS * 0.35);
}

function addOthers({ system, firstUser }: RequestTexts, add: Add): void {
  const instructions = tokensOf(system.slice(0, 800), SYSTEM_WORDS).map((word) =>
    hashText(word, SEED.system),
  );
  const weight = (WORDS * 1.2) / Math.sqrt(1 + instructions.length / 12);
  for (const [at, hash] of instructions.entries()) {
    add(hash, weight);
    const next = instructions[at + 1];
    if (next !== undefined) add(combine(hash, next), weight);
  }
  const before = tokensOf(firstUser, 60);
  for (const word of before)
    add(hashText(word, SEED.first), (WORDS * 0.5) / Math.sqrt(1 + before.length / 12));
}

/** The mean of what the words mean, at a fixed length; zero where none is known. */
function meaningOf(words: readonly string[], { size, offsets, values }: WordVectors): Float32Array {
  const sum = new Float32Array(size);
  for (const word of words) {
    const offset = offsets.get(word);
    if (offset === undefined) continue;
    for (let at = 0; at < size; at += 1) sum[at] = (sum[at] ?? 0) + (values[offset + at] ?? 0);
  }
  let length = 0;
  for (const value of sum) length += value * value;
  if (length === 0) return sum;
  // What a stored number stands for does not matter: the length is set here.
  const factor = MEANING / Math.sqrt(length);
  return sum.map((value) => value * factor);
}
