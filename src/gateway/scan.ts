import { isUtf8 } from 'node:buffer';
import { AppError } from '../errors.ts';
import type { BodySpans, Span } from '../providers/adapter.ts';

/**
 * Finds the top-level members of a request body that the gateway governs, without parsing the rest.
 *
 * Two readers of one body must never disagree: what policy sees here is what the provider serves. So a
 * governed member that appears twice, or whose name is spelt with escapes or in other letters ("Model": servers
 * written in Go take it for "model"), is refused, as is everything that a lenient JSON reader might take
 * differently (comments, single quotes, bad UTF-8, a second value).
 * Linear in the size of the body. See design "Bytes, not objects".
 */
export function scanBody(body: Buffer): BodySpans {
  if (!isUtf8(body)) throw invalid('The request body must be valid UTF-8.', null);
  const spans: Found = {
    model: null,
    stream: null,
    streamOptions: null,
    maxTokens: null,
    maxCompletionTokens: null,
    messages: null,
    input: null,
    user: null,
    tools: null,
    models: null,
    n: null,
    close: -1,
  };
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_BRACE) throw badJson(instead(body));
  at = skipSpace(body, at + 1);
  if (body[at] === CLOSE_BRACE) return finishAt(body, spans, at);
  for (;;) {
    if (body[at] !== QUOTE) throw badJson(`a member name is expected at byte ${at}`);
    const nameEnd = skipString(body, at);
    const member = governed(body, at + 1, nameEnd - 1);
    at = skipSpace(body, nameEnd);
    if (body[at] !== COLON) throw badJson(`":" is expected at byte ${at}`);
    const start = skipSpace(body, at + 1);
    const end = member === 'messages' ? skipMessages(body, start) : skipValue(body, start);
    if (member !== null) {
      if (spans[member]) {
        throw invalid(`'${WIRE[member]}' appears more than once in the request body.`, WIRE[member]);
      }
      spans[member] = { start, end };
    }
    at = skipSpace(body, end);
    if (body[at] === CLOSE_BRACE) return finishAt(body, spans, at);
    if (body[at] !== COMMA) throw badJson(`"," or "}" is expected at byte ${at}`);
    at = skipSpace(body, at + 1);
  }
}

/** Of a body that does not begin as an object: what it is. */
function instead(body: Buffer): string {
  if (body.length === 0) return 'it is empty';
  // Nobody sees it, and what follows it looks well.
  return body[0] === 0xef && body[1] === 0xbb ? 'it begins with a byte order mark' : 'it must be an object';
}

type Governed = Exclude<keyof BodySpans, 'close'>;
type Found = { -readonly [K in keyof BodySpans]: BodySpans[K] };

/** Governed members and their names on the wire. */
const WIRE: Readonly<Record<Governed, string>> = {
  model: 'model',
  stream: 'stream',
  streamOptions: 'stream_options',
  maxTokens: 'max_tokens',
  maxCompletionTokens: 'max_completion_tokens',
  messages: 'messages',
  input: 'input',
  user: 'user',
  tools: 'tools',
  models: 'models',
  n: 'n',
};
const BY_WIRE = new Map<string, Governed>(
  (Object.keys(WIRE) as Governed[]).map((member) => [WIRE[member], member]),
);
const LONGEST_NAME = 21;
/** An escaped letter takes six bytes. */
const LONGEST_ESCAPED = LONGEST_NAME * 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
/** JSON nested deeper than this is refused: some readers recurse. */
const MAX_DEPTH = 256;

/** Bytes that may stand outside strings inside a nested value: space, punctuation, numbers, true/false/null. */
const OUTSIDE = new Uint8Array(256);
for (const char of ' \t\n\r,:+-.0123456789eEtrufalsn') OUTSIDE[char.charCodeAt(0)] = 1;

function governed(body: Buffer, start: number, end: number): Governed | null {
  const length = end - start;
  if (length > LONGEST_ESCAPED) return null;
  const known = length > LONGEST_NAME ? undefined : BY_WIRE.get(body.toString('latin1', start, end));
  if (known !== undefined) return known;
  if (isPlain(body, start, end)) return null;
  const decoded = decodeString(body, { start: start - 1, end: end + 1 });
  if (decoded === null) throw badJson(`a wrong escape stands in the member name at byte ${start}`);
  // Upper, then lower: folds what Go's reader takes for the same letter, the long s and the Kelvin sign included.
  const folded = decoded.toUpperCase().toLowerCase();
  if (BY_WIRE.has(folded)) {
    throw invalid(`'${folded}' must be written so in the request body, in lower case and unescaped.`, folded);
  }
  return null;
}

/** Lower-case ASCII without escapes: a name that every reader takes for the same. */
function isPlain(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (byte === BACKSLASH || byte > 0x7f || (byte >= 0x41 && byte <= 0x5a)) return false;
  }
  return true;
}

function finishAt(body: Buffer, spans: Found, close: number): BodySpans {
  if (skipSpace(body, close + 1) !== body.length) throw badJson('something follows the object');
  spans.close = close;
  return spans;
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  for (; at < body.length; at += 1) {
    const byte = body[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
  }
  return at;
}

/** `at` is the opening quote; returns the offset after the closing one. */
function skipString(body: Buffer, at: number): number {
  let from = at + 1;
  // Short strings (names, roles) end soon: a call of indexOf costs more than looking at 48 bytes.
  for (const near = Math.min(body.length, from + 48); from < near; from += 1) {
    const byte = body[from];
    if (byte === QUOTE) return from + 1;
    if (byte === BACKSLASH) from += 1;
  }
  for (let search = from; ;) {
    const quote = body.indexOf(QUOTE, search);
    if (quote === -1) throw badJson('a string is not closed');
    let slashes = 0;
    while (quote - 1 - slashes >= from && body[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    search = quote + 1;
  }
}

function skipMessages(body: Buffer, start: number): number {
  if (body[start] !== OPEN_BRACKET) throw wrongType('messages', 'an array of messages');
  let at = skipSpace(body, start + 1);
  if (body[at] === CLOSE_BRACKET) throw invalid("'messages' must hold at least one message.", 'messages');
  for (let index = 0; ; index += 1) {
    if (body[at] !== OPEN_BRACE) throw wrongType(`messages[${index}]`, 'an object');
    at = skipSpace(body, skipNested(body, at));
    if (body[at] === CLOSE_BRACKET) return at + 1;
    if (body[at] !== COMMA) throw badJson(`"," or "]" is expected at byte ${at}`);
    at = skipSpace(body, at + 1);
  }
}

function skipValue(body: Buffer, start: number): number {
  const byte = body[start];
  if (byte === QUOTE) return skipString(body, start);
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return skipNested(body, start);
  let end = start;
  while (end < body.length && OUTSIDE[body[end] ?? 0] === 1 && body[end] !== COMMA) {
    if (body[end] === 0x20 || body[end] === 0x0a || body[end] === 0x0d || body[end] === 0x09) break;
    end += 1;
  }
  const literal = body.toString('latin1', start, end);
  if (!LITERAL.test(literal)) throw badJson(`a value is expected at byte ${start}`);
  return end;
}

/** No number that a program means has more digits than these; bounded, so that matching cannot exhaust the stack. */
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d{0,1100})(?:\.\d{1,1100})?(?:[eE][+-]?\d{1,10})?)$/;

function skipNested(body: Buffer, start: number): number {
  const closers: number[] = [body[start] === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET];
  let at = start + 1;
  while (at < body.length) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) {
      at = skipString(body, at);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (closers.length === MAX_DEPTH) throw badJson(`it is nested deeper than ${MAX_DEPTH} levels`);
      closers.push(byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET);
      at += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (closers.pop() !== byte) throw badJson(`brackets do not match at byte ${at}`);
      at += 1;
      if (closers.length === 0) return at;
    } else if (OUTSIDE[byte] === 1) {
      at += 1;
    } else {
      throw badJson(`an unexpected character stands at byte ${at}`);
    }
  }
  throw badJson('it ends too early');
}

/** The text of a JSON string span; null if its escapes are wrong. */
export function decodeString(body: Buffer, span: Span): string | null {
  const inner = body.toString('utf8', span.start + 1, span.end - 1);
  if (!inner.includes('\\')) return inner;
  try {
    const value: unknown = JSON.parse(`"${inner}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** The 400 for a body that is no JSON object. */
export function badJson(reason: string): AppError {
  return invalid(`The request body is not valid JSON: ${reason}.`, null);
}

/** The 400 for a member of the wrong type; `param` is OpenAI's. */
export function wrongType(param: string, expected: string): AppError {
  return invalid(`'${param}' must be ${expected}.`, param);
}

export function invalid(message: string, param: string | null): AppError {
  return new AppError('invalid_request', message, param === null ? {} : { param });
}
