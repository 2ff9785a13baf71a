import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { UpstreamFailure } from './adapter.ts';

/** Told what comes out, never from inside a call but for `onFull`, and nothing after `close`. */
export interface DecodingHandler {
  onDecoded(chunk: Buffer): void;
  /** It is over: null = all that was written has come out. */
  onDecodedEnd(failure: UpstreamFailure | null): void;
  /** More has been written than has come out: no more, please, until `onDrained`. */
  onFull(): void;
  onDrained(): void;
}

/** What an answer is packed with; null = it is as it is. */
export function codingOf(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const coding = (typeof header === 'string' ? header : header.join(', ')).trim().toLowerCase();
  return coding === '' || coding === 'identity' ? null : coding;
}

/**
 * Unpacks one answer that came compressed although identity was asked for. Runs beside the event loop; holds no more
 * than one read of the socket and what one window needs, however much that unpacks to: what is not taken is not made.
 * A body that was cut off gives what there is of it, so that its reader may judge. Of an error that cannot be
 * unpacked the status is left, and tells enough.
 */
export class Decoding {
  readonly #open: Opener | null;
  readonly #status: number;
  readonly #handler: DecodingHandler;
  #stream: Transform | null = null;
  #paused = false;
  #full = false;
  #inputOver = false;
  /** Nothing more comes out: it has all come, or it cannot. */
  #outputOver = false;
  #failure: UpstreamFailure | null = null;

  /** @throws UpstreamFailure when nobody knows the coding */
  constructor(coding: string, status: number, handler: DecodingHandler) {
    this.#open = OPENERS.get(coding) ?? null;
    this.#status = status;
    this.#handler = handler;
    this.#outputOver = this.#open === null;
    if (this.#open !== null || status >= 400) return;
    const name = JSON.stringify(coding.slice(0, LONGEST_NAME));
    const message = `The provider compressed its answer as ${name}, which is not known here.`;
    throw new UpstreamFailure('malformed', message, { status });
  }

  write(chunk: Buffer): void {
    if (this.#outputOver || chunk.length === 0) return;
    this.#stream ??= this.#begin(chunk);
    if (this.#stream === null || this.#stream.write(chunk) || this.#full) return;
    this.#full = true;
    this.#handler.onFull();
  }

  /** No more comes in; `failure` = because it broke off, which is told when all is out. */
  end(failure: UpstreamFailure | null): void {
    if (this.#inputOver) return;
    this.#inputOver = true;
    this.#failure = failure;
    if (this.#stream !== null && !this.#outputOver) this.#stream.end();
    else queueMicrotask(() => this.#handler.onDecodedEnd(failure));
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
  }

  close(): void {
    this.#outputOver = true;
    this.#stream?.destroy();
  }

  #begin(first: Buffer): Transform | null {
    const stream = this.#open?.(first) ?? null;
    if (stream === null) return null;
    stream.on('data', (chunk: Buffer) => {
      if (!this.#outputOver) this.#handler.onDecoded(chunk);
    });
    stream.on('drain', () => this.#drained());
    stream.on('end', () => this.#ended(null));
    stream.on('error', (cause) => this.#ended(cause));
    if (this.#paused) stream.pause();
    return stream;
  }

  #ended(cause: Error | null): void {
    if (this.#outputOver) return;
    this.#outputOver = true;
    if (cause !== null && this.#status < 400) {
      const message = "The provider's answer is not compressed as its header says.";
      const detail = { status: this.#status, cause };
      this.#handler.onDecodedEnd(new UpstreamFailure('malformed', message, detail));
      return;
    }
    // What may still come in is nobody's, but the connection waits for its end.
    this.#drained();
    if (this.#inputOver) this.#handler.onDecodedEnd(this.#failure);
  }

  #drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#handler.onDrained();
  }
}

type Opener = (first: Buffer) => Transform;

const CUT_ZLIB = { finishFlush: constants.Z_SYNC_FLUSH };
const gunzip: Opener = () => createGunzip(CUT_ZLIB);
/** RFC 9659: what is sent as zstd over HTTP needs a window of 8 MB at most. */
const ZSTD_WINDOW_LOG = 23;
const DEFLATE = 8;
/** Of a coding that is not known, in a message. */
const LONGEST_NAME = 40;

const OPENERS: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // RFC 9110 says with zlib's head, some servers send it without.
  [
    'deflate',
    (first) => (((first[0] ?? 0) & 0x0f) === DEFLATE ? createInflate(CUT_ZLIB) : createInflateRaw(CUT_ZLIB)),
  ],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  [
    'zstd',
    () =>
      createZstdDecompress({
        finishFlush: constants.ZSTD_e_flush,
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
      }),
  ],
]);
