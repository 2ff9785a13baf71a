import { crc32 } from 'node:zlib';

import type { JournalEntry, LearnedWindow } from './record.ts';
import { encodeRequest } from './request-columns.ts';

/**
 * One line of the journal: `<crc32, 8 hex digits> <kind>\t<what it holds>\n`; the checksum covers all that follows its
 * space. A request (`r`) holds the columns of COPY, so that its bytes go into the database as they are; a learned
 * window (`w`) holds JSON.
 */
export type LineKind = 'request' | 'window';

/** Bytes in front of the kind. */
const PREFIX = 9;
const [SPACE, TAB, NEWLINE] = [0x20, 0x09, 0x0a];
const REQUEST = 0x72;
const WINDOW = 0x77;
const HEX = Buffer.from('0123456789abcdef');
const SMALL = 64 << 10;
const LARGE = 1 << 20;

/** Lines that wait to be written, encoded once and already where write(2) takes them from. */
export class PendingLines {
  #buffer = Buffer.allocUnsafeSlow(SMALL);
  #end = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#end;
  }

  add(entry: JournalEntry): void {
    const isRequest = entry.kind === 'request';
    const body = isRequest ? encodeRequest(entry.request) : JSON.stringify(entry.window);
    this.#reserve(PREFIX + 2 + body.length * 3 + 1);
    const buffer = this.#buffer;
    const start = this.#end + PREFIX;
    buffer[start - 1] = SPACE;
    buffer[start] = isRequest ? REQUEST : WINDOW;
    buffer[start + 1] = TAB;
    const end = start + 2 + buffer.write(body, start + 2);
    buffer[end] = NEWLINE;
    writeHex(buffer, this.#end, crc32(buffer.subarray(start, end)));
    this.#end = end + 1;
  }

  /** All lines that wait, which then wait no more. The bytes are good until the next `add`. */
  take(): Buffer {
    const lines = this.#buffer.subarray(0, this.#end);
    this.#end = 0;
    // One large snapshot must not keep its memory for ever.
    if (this.#buffer.length > LARGE) this.#buffer = Buffer.allocUnsafeSlow(SMALL);
    return lines;
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, needed));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}

/** What the line [start, end) of `bytes` (without its "\n") holds; otherwise, why it cannot be read. */
export function kindOf(bytes: Buffer, start: number, end: number): LineKind | 'damaged' | 'unknown' {
  const body = start + PREFIX;
  if (end < body + 2 || bytes[body - 1] !== SPACE) return 'damaged';
  if (readHex(bytes, start) !== crc32(bytes.subarray(body, end))) return 'damaged';
  if (bytes[body + 1] !== TAB) return 'unknown';
  const kind = bytes[body];
  return kind === REQUEST ? 'request' : kind === WINDOW ? 'window' : 'unknown';
}

/** Why a line of such a kind is put aside. */
export const UNREADABLE = {
  damaged: 'its checksum does not match',
  unknown: 'this version does not know its kind',
} as const;

/** Reads a line of kind `window`, without its "\n"; null = another version's. */
export function decodeWindow(line: Buffer): LearnedWindow | null {
  try {
    const value: unknown = JSON.parse(line.toString('utf8', PREFIX + 2));
    return isWindow(value) ? value : null;
  } catch {
    return null;
  }
}

function isWindow(value: unknown): value is LearnedWindow {
  return (
    typeof value === 'object' &&
    value !== null &&
    'providerId' in value &&
    typeof value.providerId === 'string' &&
    'modelId' in value &&
    typeof value.modelId === 'string' &&
    'contextWindow' in value &&
    typeof value.contextWindow === 'number'
  );
}

function writeHex(buffer: Buffer, start: number, value: number): void {
  let rest = value;
  for (let at = start + 7; at >= start; at -= 1) {
    buffer[at] = HEX[rest & 15] ?? 0;
    rest >>>= 4;
  }
}

/** NaN or another wrong value for what is no lower-case hex digit: no checksum equals it. */
function readHex(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const digit = HEX_VALUES[bytes[at] ?? 0] ?? NaN;
    value = value * 16 + digit;
  }
  return value;
}

const HEX_VALUES: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  const value = HEX.indexOf(byte);
  return value === -1 ? NaN : value;
});
