/** The words of a text in lower case, once through; marks are left out, digits stay with their word. */
export function wordsOf(text: string, limit: number): string[] {
  const words: string[] = [];
  for (const match of text.toLowerCase().matchAll(WORD)) {
    if (words.length === limit) break;
    words.push(match[0]);
  }
  return words;
}

const WORD = /[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}]+)*/gu;

/** Words and phrases of two or three words, each with what it stands for; one lookup a word. */
export class Lexicon<Meaning> {
  readonly #entries = new Map<string, Meaning>();
  #longest = 1;

  constructor(entries: Readonly<Record<string, Meaning>>) {
    for (const [phrase, meaning] of Object.entries(entries)) {
      this.#entries.set(phrase, meaning);
      this.#longest = Math.max(this.#longest, phrase.split(' ').length);
    }
  }

  /** Calls `found` for each distinct entry that occurs. */
  scan(words: readonly string[], found: (meaning: Meaning, phrase: string) => void): void {
    const seen = new Set<string>();
    for (let at = 0; at < words.length; at += 1) {
      let phrase = '';
      for (let length = 1; length <= this.#longest && at + length <= words.length; length += 1) {
        phrase = length === 1 ? (words[at] ?? '') : `${phrase} ${words[at + length - 1] ?? ''}`;
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
    for (const phrase of (lists[meaning] ?? '').split(',')) entries[phrase.trim()] = meaning;
  }
  return entries;
}
