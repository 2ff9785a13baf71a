import { isDigit, isIdeograph, isLetter } from '../signals/letters.ts';
import { finish, step } from './hash.ts';

/** Kinds of tokens. */
export const KIND = { word: 0, number: 1, sign: 2, ideograph: 3 } as const;

/** The tokens of a text, in buffers that the next text overwrites. */
export interface Tokens {
  /** The text in lower case; places are in it. */
  readonly text: string;
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly hash: Int32Array;
  readonly kind: Uint8Array;
  /** 1 = a sentence or line begins with it. */
  readonly opens: Uint8Array;
}

/** Seed of the hashes of tokens. */
export const WORD_SEED = 0x811c9dc5;

const [OTHER, LETTER, DIGIT, SIGN] = [0, 1, 2, 3];
const SIGNS = new Set('?!:;"(){}[]=+<>$%*#/\\|@“”„€£'.split('').map((sign) => sign.charCodeAt(0)));
const SMALL = Uint8Array.from({ length: 0x100 }, (_, unit) => classify(unit));
const LIMIT = 1_024;

function classify(unit: number): number {
  if (isLetter(unit)) return LETTER;
  if (isDigit(unit)) return DIGIT;
  return SIGNS.has(unit) ? SIGN : OTHER;
}

function classOf(unit: number): number {
  return unit < 0x100 ? (SMALL[unit] ?? OTHER) : classify(unit);
}

/**
 * Words in lower case; numbers by their length only; some signs; ideographs one by one. One pass, at most 1,024
 * tokens. Each scanner has buffers of its own.
 */
export function createScanner(): (given: string) => Tokens {
  const from = new Int32Array(LIMIT);
  const to = new Int32Array(LIMIT);
  const hash = new Int32Array(LIMIT);
  const kind = new Uint8Array(LIMIT);
  const opens = new Uint8Array(LIMIT);

  return (given) => {
    const text = given.toLowerCase();
    const { length } = text;
    let count = 0;
    // A sentence begins at the start, after a line break, and after a mark that blanks follow.
    let [ended, open] = [false, true];
    let at = 0;
    while (at < length && count < LIMIT) {
      const unit = text.charCodeAt(at);
      const its = classOf(unit);
      if (its === OTHER) {
        if (unit === 0x0a) open = true;
        else if (unit === 0x2e || unit === 0x3002) ended = true;
        else if (unit === 0x20) open ||= ended;
        else ended = false;
        at += 1;
        continue;
      }
      const start = at;
      let value = WORD_SEED;
      if (its === LETTER && !isIdeograph(unit)) {
        for (; at < length; at += 1) {
          const next = text.charCodeAt(at);
          if (next >= 0x61 && next <= 0x7a) {
            value = step(value, next);
            continue;
          }
          const is = classOf(next);
          if (is === LETTER && !isIdeograph(next)) value = step(value, next);
          else if (!isJoined(text, at, next)) break;
        }
        kind[count] = KIND.word;
      } else if (its === DIGIT) {
        for (; at < length && classOf(text.charCodeAt(at)) === DIGIT; at += 1)
          if (at - start < 4) value = step(value, 0x30);
        kind[count] = KIND.number;
      } else {
        value = step(value, unit);
        at += 1;
        kind[count] = its === SIGN ? KIND.sign : KIND.ideograph;
      }
      from[count] = start;
      to[count] = at;
      hash[count] = finish(value);
      opens[count] = open ? 1 : 0;
      ended = unit === 0x21 || unit === 0x3f || unit === 0x3a;
      open = false;
      count += 1;
    }
    return { text, count, from, to, hash, kind, opens };
  };
}

/** An apostrophe between letters, which is left out: "don’t", "don't" and "dont" are one word. */
function isJoined(text: string, at: number, unit: number): boolean {
  return (unit === 0x27 || unit === 0x2019) && classOf(text.charCodeAt(at + 1)) === LETTER;
}
