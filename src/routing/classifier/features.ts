import { lookedAt } from '../signals/texts.ts';
import type { RequestTexts, Signals } from '../types.ts';
import { essenceOf } from './essence.ts';
import { combine, hashText } from './hash.ts';
import { createMeanings, headOf, VIEWS, type WordVectors } from './meaning.ts';
import { createScanner, KIND, type Tokens } from './scan.ts';
import { structureOf } from './structure.ts';
import { createVocabulary } from './vocabulary.ts';

/** What a request shows: hashed features with their values, and the meaning of its words. In buffers of the extractor. */
export interface Features {
  readonly count: number;
  /** Hashes of 32 bits; the same one may come more than once. */
  readonly hash: Int32Array;
  readonly value: Float32Array;
  readonly dense: Float32Array;
}

/** Kinds of features: seeds of their hashes, so that the same word is another feature in another place. */
const SEED = {
  pair: 0x1b873593,
  start: 0x52dce729,
  sentence: 0x38495ab5,
  end: 0x7f4a7c15,
  head: 0x9e3779b1,
  tail: 0x165667b1,
  system: 0x85ebca6b,
  first: 0xc2b2ae35,
  shape: 0x27d4eb2f,
  tool: 0x51ed270b,
  lead: 0x6c8e9cf5,
  close: 0x3f84d5b5,
} as const;

/** Words count less than meaning: they are many, and a new source has others. */
const WORDS = 0.4;
const SHAPE = 0.6;

/** Of a long text, so many tokens of its head and of its tail. */
const HEAD_TOKENS = 130;
const TAIL_TOKENS = 50;
const START_WORDS = 5;
const END_WORDS = 24;
const EDGE_WORDS = 30;
const SENTENCES = 12;
const SYSTEM_WORDS = 80;
const FIRST_WORDS = 50;
/** No request shows more features. */
export const MOST_FEATURES = 4_096;
/** Guessing takes a while; a text with more words that nobody knows is no typing mistake. */
const GUESSES = 24;
/** Characters of the names of tools. */
const TOOLS = 600;
/** How near the meaning of a tool's name comes to what is asked (cosines). */
const FITS = [0.2, 0.3, 0.4, 0.5, 0.6];

export const DENSE_VIEWS = VIEWS;

/** Turns requests into features. Keeps buffers, so it is not to be shared between threads. */
export function createExtractor(vectors: WordVectors): (texts: RequestTexts, signals: Signals) => Features {
  const vocabulary = createVocabulary(vectors.words);
  const meanings = createMeanings(vectors);
  const scan = createScanner();
  const scanOther = createScanner();
  const hash = new Int32Array(MOST_FEATURES);
  const value = new Float32Array(MOST_FEATURES);
  const dense = new Float32Array(VIEWS * vectors.size);
  const usedTokens = new Int32Array(HEAD_TOKENS + TAIL_TOKENS);
  const placesOfUsed = new Int32Array(usedTokens.length);
  let count = 0;
  const add: Add = (its, weight) => {
    if (count === MOST_FEATURES) return;
    hash[count] = its;
    value[count] = weight;
    count += 1;
  };

  /** Replaces mistyped words by what they were meant to be; says which word of the table each is. */
  function correct(tokens: Tokens, used: Int32Array): Int32Array {
    const places = placesOfUsed.subarray(0, used.length).fill(-1);
    let guesses = 0;
    for (let at = 0; at < used.length; at += 1) {
      const token = used[at] ?? 0;
      if (tokens.kind[token] !== KIND.word) continue;
      let place = vocabulary.find(tokens.hash[token] ?? 0);
      if (place === -1 && guesses < GUESSES) {
        guesses += 1;
        place = vocabulary.nearest(tokens.text, tokens.from[token] ?? 0, tokens.to[token] ?? 0);
        if (place !== -1) tokens.hash[token] = vocabulary.hashOf(place);
      }
      places[at] = place;
    }
    return places;
  }

  /** What tools are for, and whether this is what is asked: many clients send tools with everything. */
  function addTools(names: string, asked: Tokens): void {
    const {
      count: size,
      hash: its,
      opens,
    } = scanOther(names.slice(0, TOOLS).replaceAll(/(?<=[a-z])(?=[A-Z])|[_.-]/g, ' '));
    let [shared, best] = [0, 0];
    const places = new Int32Array(size);
    let words = 0;
    const inText = new Set(asked.hash.subarray(0, Math.min(asked.count, HEAD_TOKENS)));
    for (let at = 0; at < size; at += 1) {
      add((its[at] ?? 0) ^ SEED.tool, WORDS * 0.5);
      if (inText.has(its[at] ?? 0)) shared += 1;
      places[words] = vocabulary.find(its[at] ?? 0);
      words += 1;
      // A line is a tool.
      if (at + 1 < size && opens[at + 1] !== 1) continue;
      best = Math.max(best, meanings.fit(places.subarray(0, words), dense));
      words = 0;
    }
    add(hashText(`toolWords${Math.min(3, shared)}`, SEED.shape), SHAPE);
    for (const least of FITS) if (best > least) add(hashText(`toolFit${least}`, SEED.shape), SHAPE);
  }

  return (given, signals) => {
    count = 0;
    const texts = { ...given, lastUser: essenceOf(given.lastUser) };
    const shown = lookedAt(texts.lastUser);
    const tokens = scan(shown);
    const used = ends(tokens.count, usedTokens);
    const places = correct(tokens, used);
    addWords(tokens, used, add);
    addPlaces(tokens, used, add);
    addEdges(tokens, used, add);
    if (texts.system !== '') addSystem(scanOther(texts.system.slice(0, 800)), add);
    if (texts.firstUser !== '') addFirst(scanOther(texts.firstUser), add);
    for (const name of structureOf(texts, shown, signals)) add(hashText(name, SEED.shape), SHAPE);
    meanings.ofText(tokens, used, places, dense);
    if (texts.tools !== undefined) addTools(texts.tools, tokens);
    return { count, hash, value, dense };
  };
}

type Add = (hash: number, weight: number) => void;

/** The tokens that are looked at: all, or those of head and tail; in a buffer that holds as many. */
function ends(count: number, into: Int32Array): Int32Array {
  const size = Math.min(count, into.length);
  const used = into.subarray(0, size);
  for (let at = 0; at < size; at += 1) used[at] = at < HEAD_TOKENS ? at : count - size + at;
  return used;
}

/** Words, pairs of them, and parts of them (endings and stems carry over to forms that were never seen). */
function addWords({ text, from, to, hash, kind }: Tokens, used: Int32Array, add: Add): void {
  const weight = WORDS / Math.sqrt(1 + used.length / 12);
  for (let at = 0; at < used.length; at += 1) {
    const token = used[at] ?? 0;
    const its = hash[token] ?? 0;
    add(its, weight * 1.6);
    if (at + 1 < used.length) add(combine(its, hash[used[at + 1] ?? 0] ?? 0) ^ SEED.pair, weight * 1.3);
    const [first, end] = [from[token] ?? 0, to[token] ?? 0];
    if (kind[token] !== KIND.word || end - first < 5) continue;
    for (let length = 4; length <= 5; length += 1) {
      add(hashText(text, SEED.head, first, first + length), weight * 0.6);
      add(hashText(text, SEED.tail, end - length, end), weight * 0.5);
    }
  }
}

/** What a text begins with, what its sentences begin with, and what it ends with: where instructions stand. */
function addPlaces({ hash, opens }: Tokens, used: Int32Array, add: Add): void {
  const at = (place: number): number => hash[used[place] ?? 0] ?? 0;
  for (let place = 0; place < Math.min(START_WORDS, used.length); place += 1)
    add(at(place) ^ SEED.start, WORDS * 0.7);
  if (used.length > 1) add(combine(at(0), at(1)) ^ SEED.start, WORDS * 0.8);
  if (used.length > 2) add(combine(at(1), at(2)) ^ SEED.start, WORDS * 0.6);
  let sentences = 0;
  for (let place = 1; place < used.length && sentences < SENTENCES; place += 1) {
    if (opens[used[place] ?? 0] !== 1) continue;
    sentences += 1;
    add(at(place) ^ SEED.sentence, WORDS * 0.5);
    if (place + 1 < used.length) add(combine(at(place), at(place + 1)) ^ SEED.sentence, WORDS * 0.5);
  }
  for (let place = Math.max(0, used.length - END_WORDS); place < used.length; place += 1)
    add(at(place) ^ SEED.end, WORDS * 0.35);
}

/**
 * The first sentence and the last line of a text that has more than these, whatever its length: a task is set in a few
 * words before or after pages of material.
 */
function addEdges(tokens: Tokens, used: Int32Array, add: Add): void {
  const { hash, opens } = tokens;
  const head = headOf(tokens, used);
  if (head >= used.length) return;
  const bag = (from: number, to: number, seed: number): void => {
    const weight = (WORDS * 1.6) / Math.sqrt(1 + (to - from) / 4);
    for (let place = from; place < to; place += 1) {
      const its = hash[used[place] ?? 0] ?? 0;
      add(its ^ seed, weight);
      if (place + 1 < to) add(combine(its, hash[used[place + 1] ?? 0] ?? 0) ^ seed, weight * 0.7);
    }
  };
  bag(0, head, SEED.lead);
  let last = used.length - 1;
  while (last > head && opens[used[last] ?? 0] !== 1) last -= 1;
  if (used.length - last <= EDGE_WORDS) bag(last, used.length, SEED.close);
}

function addSystem({ count, hash }: Tokens, add: Add): void {
  const size = Math.min(count, SYSTEM_WORDS);
  const weight = (WORDS * 1.2) / Math.sqrt(1 + size / 12);
  for (let at = 0; at < size; at += 1) {
    add((hash[at] ?? 0) ^ SEED.system, weight);
    if (at + 1 < size) add(combine(hash[at] ?? 0, hash[at + 1] ?? 0) ^ SEED.system, weight);
  }
}

function addFirst({ count, hash }: Tokens, add: Add): void {
  const size = Math.min(count, FIRST_WORDS);
  for (let at = 0; at < size; at += 1)
    add((hash[at] ?? 0) ^ SEED.first, (WORDS * 0.5) / Math.sqrt(1 + size / 12));
}
