import { UpstreamFailure } from './adapter.ts';

/** One event of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface SseFrame {
  /** The bytes as they came, the blank line at the end included. */
  readonly raw: Buffer;
  /** The value of `data`; several data lines joined by \n; null = there is none: a comment, or only an id. */
  readonly data: Buffer | null;
  /** The value of `event`; null = not given. */
  readonly event: string | null;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');
const BLANK_LINE = Buffer.from('\n\n');
const NONE = -1;

/**
 * Finds the frames of one stream in any split into chunks. Frames that lie whole in a chunk are views of it,
 * not copies, so a chunk must not be written to afterwards. Blank lines between frames and a byte order mark
 * are dropped; everything else is in some frame's `raw`. A frame beyond `maxFrameBytes` is malformed: 16 MB
 * unless said, as images come in single frames.
 */
export class SseReader {
  readonly #maxFrameBytes: number;
  /** The beginning of a frame whose end has not come yet: the first `#pendingLength` bytes. */
  #pending: Buffer | null = null;
  #pendingLength = 0;
  #atStart = true;
  // Of the frame that is being read, relative to its first byte.
  #lineAt = 0;
  #searchedTo = 0;
  #lines = 0;
  #afterBareCr = false;
  #dataAt = NONE;
  #dataEnd = NONE;
  #moreData: number[] = [];
  #eventAt = NONE;
  #eventEnd = NONE;

  constructor({ maxFrameBytes = 16 * 1024 * 1024 }: { maxFrameBytes?: number } = {}) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Takes the next bytes and returns the frames that they complete. Throws UpstreamFailure `malformed`. */
  push(chunk: Buffer): SseFrame[] {
    const bytes = this.#join(chunk);
    const frames: SseFrame[] = [];
    const length = bytes.length;
    let frameAt = 0;
    if (this.#atStart && length > 0) {
      const startsLikeBom = bytes.subarray(0, 3).equals(BOM.subarray(0, Math.min(3, length)));
      if (startsLikeBom && length < 3) {
        this.#keep(bytes, 0);
        return frames;
      }
      if (startsLikeBom) frameAt = 3;
      this.#atStart = false;
    }
    let cr = -2;
    for (;;) {
      const from = frameAt + this.#searchedTo;
      const lf = bytes.indexOf(LF, from);
      // Most streams have no CR at all: then it is looked for once a chunk.
      if (cr !== -1 && cr < from) cr = bytes.indexOf(CR, from);
      const isCr = cr !== -1 && (lf === -1 || cr < lf);
      const lineEnd = isCr ? cr : lf;
      if (lineEnd === -1) {
        this.#searchedTo = length - frameAt;
        break;
      }
      const isBlank = lineEnd === frameAt + this.#lineAt;
      let next = lineEnd + 1;
      let isBareCr = isCr;
      // After a line that ended with a bare CR the blank line does, too: no waiting for an LF that never comes.
      if (isCr && !(isBlank && this.#afterBareCr)) {
        if (next === length) {
          this.#searchedTo = lineEnd - frameAt;
          break;
        }
        if (bytes[next] === LF) {
          next++;
          isBareCr = false;
        }
      }
      if (!isBlank) {
        this.#readLine(bytes, frameAt, lineEnd);
        this.#afterBareCr = isBareCr;
        this.#lineAt = next - frameAt;
        this.#searchedTo = this.#lineAt;
        continue;
      }
      if (this.#lines > 0) frames.push(this.#frame(bytes, frameAt, bytes.subarray(frameAt, next)));
      frameAt = next;
      this.#resetFrame();
    }
    this.#keep(bytes, frameAt);
    return frames;
  }

  /**
   * The stream is over: the last frame if its blank line is missing (it may be cut off anywhere), else null.
   * Its `raw` gets a blank line.
   */
  end(): SseFrame | null {
    const bytes = this.#pending?.subarray(0, this.#pendingLength);
    if (!bytes) return null;
    let end = bytes.length;
    if (bytes[end - 1] === CR) end--;
    if (end > this.#lineAt) this.#readLine(bytes, 0, end);
    this.#pending = null;
    if (this.#lines === 0) return null;
    const frame = this.#frame(bytes, 0, Buffer.concat([bytes.subarray(0, end), BLANK_LINE]));
    this.#resetFrame();
    return frame;
  }

  /** What is pending and the chunk, in one piece; the chunk itself when nothing is pending. */
  #join(chunk: Buffer): Buffer {
    const pending = this.#pending;
    if (!pending) return chunk;
    const length = this.#pendingLength + chunk.length;
    let target = pending;
    if (length > pending.length) {
      // Doubling keeps a large frame in many small chunks linear.
      target = Buffer.allocUnsafe(Math.max(length, pending.length * 2));
      pending.copy(target, 0, 0, this.#pendingLength);
    }
    chunk.copy(target, this.#pendingLength);
    this.#pending = target;
    this.#pendingLength = length;
    return target.subarray(0, length);
  }

  #keep(bytes: Buffer, frameAt: number): void {
    const rest = bytes.length - frameAt;
    if (rest > this.#maxFrameBytes)
      throw new UpstreamFailure(
        'malformed',
        `The provider sent an event of more than ${this.#maxFrameBytes} bytes.`,
      );
    if (rest === 0) this.#pending = null;
    else if (this.#pending === null || frameAt > 0) {
      this.#pending = Buffer.from(bytes.subarray(frameAt));
      this.#pendingLength = rest;
    }
  }

  #readLine(bytes: Buffer, frameAt: number, lineEnd: number): void {
    this.#lines++;
    const at = frameAt + this.#lineAt;
    const first = bytes[at];
    const field = first === DATA[0] ? DATA : first === EVENT[0] ? EVENT : null;
    if (field === null) return;
    const colon = at + field.length;
    if (colon > lineEnd || bytes.compare(field, 0, field.length, at, colon) !== 0) return;
    if (colon < lineEnd && bytes[colon] !== COLON) return;
    let value = Math.min(colon + 1, lineEnd);
    if (value < lineEnd && bytes[value] === SPACE) value++;
    if (field === EVENT) {
      this.#eventAt = value - frameAt;
      this.#eventEnd = lineEnd - frameAt;
    } else if (this.#dataAt === NONE) {
      this.#dataAt = value - frameAt;
      this.#dataEnd = lineEnd - frameAt;
    } else this.#moreData.push(value - frameAt, lineEnd - frameAt);
  }

  #frame(bytes: Buffer, frameAt: number, raw: Buffer): SseFrame {
    const event =
      this.#eventAt === NONE
        ? null
        : bytes.toString('utf8', frameAt + this.#eventAt, frameAt + this.#eventEnd);
    if (this.#dataAt === NONE) return { raw, data: null, event };
    const first = bytes.subarray(frameAt + this.#dataAt, frameAt + this.#dataEnd);
    if (this.#moreData.length === 0) return { raw, data: first, event };
    const parts = [first];
    for (let i = 0; i < this.#moreData.length; i += 2)
      parts.push(
        BLANK_LINE.subarray(0, 1),
        bytes.subarray(frameAt + (this.#moreData[i] ?? 0), frameAt + (this.#moreData[i + 1] ?? 0)),
      );
    return { raw, data: Buffer.concat(parts), event };
  }

  #resetFrame(): void {
    this.#lineAt = 0;
    this.#searchedTo = 0;
    this.#lines = 0;
    this.#afterBareCr = false;
    this.#dataAt = NONE;
    if (this.#moreData.length > 0) this.#moreData = [];
    this.#eventAt = NONE;
  }
}
