import { finish, hashText, step } from './hash.ts';
import { WORD_SEED } from './scan.ts';
import { HashSieve, HashTable } from './table.ts';

/** Words that are known by heart, and what a mistyped word was meant to be. */
export interface Vocabulary {
  /** A word's place by the hash of the whole of it; −1 = not known. */
  find(hash: number): number;
  /**
   * The place of the known word from which `text` differs there by a letter too many or too few, by two that changed
   * places, or (long words) by a wrong one in its middle; −1 = none.
   */
  nearest(text: string, from: number, to: number): number;
  /** The hash of a known word. */
  hashOf(place: number): number;
}

const SHORTEST = 5;
const LONGEST = 16;
/** Shorter words have too many neighbours to guess. */
const LONG_ENOUGH = 8;

/** `words` in lower case, commoner ones first. Each word is also found by what is left of it without one letter. */
export function createVocabulary(words: readonly string[]): Vocabulary {
  const hashes = Int32Array.from(words, (word) => hashText(word, WORD_SEED));
  const whole = new HashTable(hashes);
  const [shortened, owners]: [number[], number[]] = [[], []];
  for (const [place, word] of words.entries()) {
    if (word.length < SHORTEST || word.length > LONGEST) continue;
    for (let gap = 1; gap < word.length; gap += 1) {
      shortened.push(without(word, 0, word.length, gap));
      owners.push(place);
    }
  }
  const parts = new HashTable(Int32Array.from(shortened));
  const sieve = new HashSieve([hashes, Int32Array.from(shortened)]);
  const meant = (place: number, text: string, from: number, to: number): boolean =>
    isSlip(words[place] ?? '', text, from, to);

  return {
    find: (hash) => whole.find(hash),
    hashOf: (place) => hashes[place] ?? 0,
    nearest(text, from, to) {
      if (to - from < SHORTEST || to - from > LONGEST) return -1;
      const missing = parts.find(hashText(text, WORD_SEED, from, to));
      const owner = missing === -1 ? -1 : (owners[missing] ?? -1);
      if (owner !== -1 && meant(owner, text, from, to)) return owner;
      let before = step(WORD_SEED, text.charCodeAt(from));
      for (let gap = from + 1; gap < to; gap += 1) {
        const rest = hashText(text, before, gap + 1, to);
        before = step(before, text.charCodeAt(gap));
        if (!sieve.mayHold(rest)) continue;
        const known = whole.find(rest);
        if (known !== -1 && to - from > SHORTEST && meant(known, text, from, to)) return known;
        const part = parts.find(rest);
        const place = part === -1 ? -1 : (owners[part] ?? -1);
        if (place !== -1 && meant(place, text, from, to)) return place;
      }
      return -1;
    },
  };
}

/** The hash of a word without the letter at `gap`. */
function without(text: string, from: number, to: number, gap: number): number {
  let hash = WORD_SEED;
  for (let at = from; at < to; at += 1) if (at !== gap) hash = step(hash, text.charCodeAt(at));
  return finish(hash);
}

/** Whether one slip of a finger makes `word` what stands in the text. */
function isSlip(word: string, text: string, from: number, to: number): boolean {
  const length = to - from;
  let head = 0;
  while (head < word.length && head < length && word.charCodeAt(head) === text.charCodeAt(from + head))
    head += 1;
  if (head === 0) return false;
  let tail = 0;
  const rest = Math.min(word.length, length) - head;
  while (tail < rest && word.charCodeAt(word.length - 1 - tail) === text.charCodeAt(to - 1 - tail)) tail += 1;
  const [left, right] = [word.length - head - tail, length - head - tail];
  if (left + right === 1) return true;
  if (left === 2 && right === 2)
    return (
      word.charCodeAt(head) === text.charCodeAt(from + head + 1) &&
      word.charCodeAt(head + 1) === text.charCodeAt(from + head)
    );
  return left === 1 && right === 1 && length >= LONG_ENOUGH && tail >= 2;
}
