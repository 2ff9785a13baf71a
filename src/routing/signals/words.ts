import { isDigit, isLetter } from './letters.ts';

/** The words of a text in lower case, once through; marks are left out, digits stay with their word. */
export function wordsOf(text: string, limit: number): string[] {
  const lower = text.toLowerCase();
  const words: string[] = [];
  let at = 0;
  while (at < lower.length && words.length < limit) {
    if (!isPart(lower.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const from = at;
    while (at < lower.length && (isPart(lower.charCodeAt(at)) || joins(lower, at))) at += 1;
    words.push(lower.slice(from, at));
  }
  return words;
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
function joins(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit === 0x27 || unit === 0x2019 || unit === 0x2d) && isPart(text.charCodeAt(at + 1));
}

/** Words and phrases of a few words, each with what it stands for; one lookup a word, more only where a phrase begins. */
export class Lexicon<Meaning> {
  readonly #entries = new Map<string, Meaning>();
  /** First word → words of the longest phrase that begins so. */
  readonly #starts = new Map<string, number>();

  constructor(entries: Readonly<Record<string, Meaning>>) {
    for (const [phrase, meaning] of Object.entries(entries)) {
      this.#entries.set(phrase, meaning);
      const words = phrase.split(' ');
      const first = words[0] ?? '';
      this.#starts.set(first, Math.max(this.#starts.get(first) ?? 0, words.length));
    }
  }

  /** Calls `found` for each distinct entry that occurs. */
  scan(words: readonly string[], found: (meaning: Meaning, phrase: string) => void): void {
    const seen = new Set<string>();
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? '';
      const longest = this.#starts.get(word) ?? 0;
      let phrase = word;
      for (let length = 1; length <= longest; length += 1) {
        if (length > 1) phrase += ` ${words[at + length - 1] ?? ''}`;
        const meaning = this.#entries.get(phrase);
        if (meaning !== undefined && !seen.has(phrase)) {
          seen.add(phrase);
          found(meaning, phrase);
        }
      }
    }
  }
}

/** A lexicon's entries from lists of words: { meaning: "a b, c" } → { "a b": meaning, c: meaning }. */
export function entriesOf<Meaning extends string>(
  lists: Readonly<Partial<Record<Meaning, string>>>,
): Record<string, Meaning> {
  const entries: Record<string, Meaning> = {};
  for (const meaning in lists) {
    for (const phrase of (lists[meaning] ?? '').split(','))
      entries[phrase.trim().replaceAll(/\s+/g, ' ')] = meaning;
  }
  return entries;
}
