import type { Span } from './adapter.ts';

/** Where the members of one JSON object lie. */
export interface ObjectSpans {
  /** One entry for each key that was asked for, in that order; null = not there. Of a repeated key, the last. */
  readonly values: readonly (Span | null)[];
  /** Offset of the opening brace. */
  readonly open: number;
  /** Offset of the closing brace. */
  readonly close: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A string longer than this is searched natively: the call costs as much as looking at so many bytes. */
const NATIVE_SEARCH_FROM = 48;

/**
 * Makes a finder of some top-level members of a JSON object, for answers of providers: it reads structure only,
 * trusts the values, copies nothing. The finder returns null when there is no object at `from` (white space
 * skipped) or when it is cut off. Keys spelt with escapes are not found.
 */
export function createSpanFinder(...keys: string[]): (json: Buffer, from?: number) => ObjectSpans | null {
  const wanted = keys.map((key) => Buffer.from(key));
  return function findSpans(json, from = 0) {
    const open = skipSpace(json, from);
    if (json[open] !== OPEN_BRACE) return null;
    const values: (Span | null)[] = wanted.map(() => null);
    let at = skipSpace(json, open + 1);
    if (json[at] === CLOSE_BRACE) return { values, open, close: at };
    for (;;) {
      if (json[at] !== QUOTE) return null;
      const keyEnd = skipString(json, at);
      if (keyEnd < 0) return null;
      const colon = skipSpace(json, keyEnd);
      if (json[colon] !== COLON) return null;
      const start = skipSpace(json, colon + 1);
      const end = skipValue(json, start);
      if (end < 0) return null;
      const index = indexOfKey(wanted, json, at + 1, keyEnd - 1);
      if (index >= 0) values[index] = { start, end };
      at = skipSpace(json, end);
      if (json[at] === CLOSE_BRACE) return { values, open, close: at };
      if (json[at] !== COMMA) return null;
      at = skipSpace(json, at + 1);
    }
  };
}

/** The same for a single use; where it is called often, keep a finder. */
export function topLevelSpans(json: Buffer, keys: readonly string[]): ObjectSpans | null {
  return createSpanFinder(...keys)(json);
}

/** Offset after the value that starts at `at`; -1 = cut off, or no value. Brackets are counted, not matched. */
export function skipValue(json: Buffer, at: number): number {
  const first = json[at];
  if (first === QUOTE) return skipString(json, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(json, at);
  let end = at;
  for (; end < json.length; end++) {
    const byte = json[end] ?? 0;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
  }
  return end === at ? -1 : end;
}

/** Offset of the first byte at or after `at` that is no JSON white space. */
export function skipSpace(json: Buffer, at: number): number {
  let end = at;
  for (;;) {
    const byte = json[end];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return end;
    end++;
  }
}

/** Offset after the closing quote of the string that starts at `at`; -1 = cut off. */
export function skipString(json: Buffer, at: number): number {
  let from = at + 1;
  for (;;) {
    const near = Math.min(json.length, from + NATIVE_SEARCH_FROM);
    while (from < near) {
      const byte = json[from];
      if (byte === QUOTE) return from + 1;
      from += byte === BACKSLASH ? 2 : 1;
    }
    const quote = json.indexOf(QUOTE, from);
    if (quote < 0) return -1;
    // A quote is a real one if an even number of backslashes stands before it.
    let slash = quote;
    while (slash > from && json[slash - 1] === BACKSLASH) slash--;
    if (((quote - slash) & 1) === 0) return quote + 1;
    from = quote + 1;
  }
}

function skipNested(json: Buffer, at: number): number {
  let depth = 0;
  for (let end = at; end < json.length; end++) {
    const byte = json[end];
    if (byte === QUOTE) {
      end = skipString(json, end) - 1;
      if (end < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return end + 1;
    }
  }
  return -1;
}

function indexOfKey(wanted: readonly Buffer[], json: Buffer, start: number, end: number): number {
  const length = end - start;
  return wanted.findIndex((key) => {
    if (key.length !== length) return false;
    for (let i = 0; i < length; i++) if (key[i] !== json[start + i]) return false;
    return true;
  });
}
