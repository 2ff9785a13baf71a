import { finish, hashText, step } from '../classifier/hash.ts';
import { HashSieve, HashTable } from '../classifier/table.ts';
import { isDigit, isLetter } from './letters.ts';

/** The words of a text in lower case; marks are left out, digits stay with their word. */
export interface Words {
  /** The text in lower case; places are in it. */
  readonly text: string;
  /** Where each word begins and ends. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** By which lexicons look for it. */
  readonly hash: readonly number[];
}

/** Seed of the hashes of words. */
const SEED = 0x811c9dc5;

/** At most `limit` words, once through. */
export function readWords(given: string, limit: number): Words {
  const text = given.toLowerCase();
  const [from, to, hash]: [number[], number[], number[]] = [[], [], []];
  const { length } = text;
  let at = 0;
  while (at < length && from.length < limit) {
    const first = text.charCodeAt(at);
    if (!isPart(first)) {
      at += 1;
      continue;
    }
    from.push(at);
    let value = step(SEED, first);
    for (at += 1; at < length; at += 1) {
      const unit = text.charCodeAt(at);
      // Most are small letters, and most of the rest end the word.
      if ((unit < 0x61 || unit > 0x7a) && (unit === 0x20 || (!isPart(unit) && !joins(text, at, unit)))) break;
      value = step(value, unit);
    }
    to.push(at);
    hash.push(finish(value));
  }
  return { text, from, to, hash };
}

/** The same as strings. */
export function wordsOf(given: string, limit: number): string[] {
  const { text, from, to } = readWords(given, limit);
  return from.map((start, at) => text.slice(start, to[at]));
}

/** Whether a code unit is part of a word: a letter, a digit or "_". */
export function isPart(unit: number): boolean {
  return unit < 0x80 ? PARTS[unit] === 1 : isLetter(unit);
}

/** By ASCII code: 1 = a letter, a digit or "_". */
const PARTS = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  isLetter(unit) || isDigit(unit) || unit === 0x5f ? 1 : 0,
);

/** An apostrophe or a hyphen that another letter follows. */
function joins(text: string, at: number, unit: number): boolean {
  return (unit === 0x27 || unit === 0x2019 || unit === 0x2d) && isPart(text.charCodeAt(at + 1));
}

interface Entry<Meaning> {
  readonly words: readonly string[];
  readonly meaning: Meaning;
}

/** Words and phrases of a few words, each with what it stands for; one lookup a word, more only where a phrase begins. */
export class Lexicon<Meaning> {
  readonly #starts: HashTable;
  /** Most words begin nothing: seen here, without a guess that the processor gets wrong every other time. */
  readonly #sieve: HashSieve;
  /** By the place of their first word: all that begin with it, shortest first. */
  readonly #entries: readonly (readonly Entry<Meaning>[])[];

  constructor(entries: Iterable<readonly [phrase: string, meaning: Meaning]>) {
    const byStart = new Map<string, Entry<Meaning>[]>();
    for (const [phrase, meaning] of entries) {
      const words = phrase.split(' ');
      const first = words[0] ?? '';
      byStart.set(first, [...(byStart.get(first) ?? []), { words, meaning }]);
    }
    const starts = Int32Array.from(byStart.keys(), (word) => hashText(word, SEED));
    this.#starts = new HashTable(starts);
    this.#sieve = new HashSieve([starts]);
    this.#entries = [...byStart.values()].map((some) =>
      some.toSorted((a, b) => a.words.length - b.words.length),
    );
  }

  /** Calls `found` for each entry that occurs, as often as it does, in the order of the text. */
  scan(words: Words, found: (meaning: Meaning, at: number, entry: object) => void, limit = Infinity): void {
    const { hash } = words;
    const end = Math.min(hash.length, limit);
    for (let at = 0; at < end; at += 1) {
      const its = hash[at] ?? 0;
      if (!this.#sieve.mayHold(its)) continue;
      const place = this.#starts.find(its);
      if (place === -1) continue;
      for (const entry of this.#entries[place] ?? [])
        if (stands(entry.words, words, at)) found(entry.meaning, at, entry);
    }
  }

  /** The same, but each entry once. `seen`: what has been found before. */
  scanDistinct(words: Words, found: (meaning: Meaning) => void, seen = new Set<object>()): void {
    this.scan(words, (meaning, _at, entry) => {
      if (seen.has(entry)) return;
      seen.add(entry);
      found(meaning);
    });
  }
}

function stands(phrase: readonly string[], { text, from, to }: Words, at: number): boolean {
  for (let next = 0; next < phrase.length; next += 1) {
    const word = phrase[next] ?? '';
    const start = from[at + next];
    if (start === undefined || to[at + next] !== start + word.length) return false;
    for (let unit = 0; unit < word.length; unit += 1)
      if (word.charCodeAt(unit) !== text.charCodeAt(start + unit)) return false;
  }
  return true;
}

/** A lexicon's entries from lists of words: { meaning: "a b, c" } → "a b": meaning, "c": meaning. */
export function entriesOf<Meaning extends string>(
  lists: Readonly<Partial<Record<Meaning, string>>>,
): Map<string, Meaning> {
  const entries = new Map<string, Meaning>();
  for (const meaning in lists) {
    for (const phrase of (lists[meaning] ?? '').split(','))
      entries.set(phrase.trim().replaceAll(/\s+/g, ' '), meaning);
  }
  return entries;
}

/** A lexicon's entries from lists of words with blanks between them: each word with the places of its lists. */
export function placesOf(lists: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, list] of lists.entries())
    for (const word of list.split(' '))
      if (word !== '') places.set(word, [...(places.get(word) ?? []), place]);
  return places;
}
