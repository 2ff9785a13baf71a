/** A text in the one form in which keywords are looked for: UTF-16 code units, the first `length` of a longer buffer. */
export interface Folded {
  readonly units: Uint16Array;
  readonly length: number;
}

const BLANK = 0x20;
/** Up to here every character is composed already, and its small letter is one unit (Unicode: NFC_Quick_Check). */
const LATIN = 0x100;
const SPACES = Uint8Array.from({ length: LATIN }, (_, unit) =>
  /\s/.test(String.fromCharCode(unit)) ? 1 : 0,
);
/** By code unit: the blank for white space, the small letter where case is no matter. */
const AS_IS = Uint8Array.from({ length: LATIN }, (_, unit) => (SPACES[unit] === 1 ? BLANK : unit));
const SMALL = Uint8Array.from({ length: LATIN }, (_, unit) =>
  SPACES[unit] === 1 ? BLANK : String.fromCharCode(unit).toLowerCase().charCodeAt(0),
);
/** White space beyond Latin-1 (ECMAScript's WhiteSpace and LineTerminator). */
const WIDE_SPACES = new Set(
  Array.from({ length: 0x10000 - LATIN }, (_, at) => at + LATIN).filter((unit) =>
    /\s/.test(String.fromCharCode(unit)),
  ),
);
/** A buffer beyond this is not kept. */
const KEPT_UNITS = 16_384;

/**
 * Composed characters, one blank for any white space, lower case where case is no matter. What it returns is
 * overwritten by the next call.
 */
export function createFold(caseless: boolean): (text: string) => Folded {
  const table = caseless ? SMALL : AS_IS;
  let kept = new Uint16Array(1_024);

  // Two loops, since one for both kinds of text takes two and a half times as long for the second.

  /** −1 = there are characters beyond Latin-1. */
  function narrow(text: string, units: Uint16Array): number {
    let length = 0;
    let last = 0;
    for (let at = 0; at < text.length; at += 1) {
      const given = text.charCodeAt(at);
      if (given >= LATIN) return -1;
      const unit = table[given] ?? 0;
      if (unit === BLANK && last === BLANK) continue;
      units[length] = last = unit;
      length += 1;
    }
    return length;
  }

  function wide(text: string, units: Uint16Array): number {
    let length = 0;
    let last = 0;
    for (let at = 0; at < text.length; at += 1) {
      const given = text.charCodeAt(at);
      const unit = given < LATIN ? (AS_IS[given] ?? 0) : WIDE_SPACES.has(given) ? BLANK : given;
      if (unit === BLANK && last === BLANK) continue;
      units[length] = last = unit;
      length += 1;
    }
    return length;
  }

  function room(size: number): Uint16Array {
    if (size <= kept.length) return kept;
    const larger = new Uint16Array(size);
    if (size <= KEPT_UNITS) kept = larger;
    return larger;
  }

  return (text) => {
    let units = room(text.length);
    const length = narrow(text, units);
    if (length !== -1) return { units, length };
    const composed = text.normalize('NFC');
    const form = caseless ? composed.toLowerCase() : composed;
    units = room(form.length);
    return { units, length: wide(form, units) };
  };
}

const WORD = /^[\p{L}\p{M}\p{N}_]/u;
/** Scripts that put no blanks between words: there, every character may be the end of one. */
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

const LATIN_WORD: readonly boolean[] = Array.from({ length: LATIN }, (_, unit) =>
  WORD.test(String.fromCharCode(unit)),
);

/** Whether the character at a place belongs to a word. */
export function isWordAt({ units, length }: Folded, at: number): boolean {
  if (at >= length) return false;
  const unit = units[at] ?? 0;
  if (unit < LATIN) return LATIN_WORD[unit] === true;
  const second = at + 1 < length ? (units[at + 1] ?? 0) : 0;
  const character =
    isHigh(unit) && isLow(second) ? String.fromCharCode(unit, second) : String.fromCharCode(unit);
  return WORD.test(character) && !UNSPACED.test(character);
}

/** Where the character before a place begins. */
export function before({ units }: Folded, at: number): number {
  return at > 1 && isLow(units[at - 1] ?? 0) && isHigh(units[at - 2] ?? 0) ? at - 2 : at - 1;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
