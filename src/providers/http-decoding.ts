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

/**
 * Undoes one coding of an answer that came compressed although identity was asked for. Runs beside the event loop; holds no more
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

  /** `coding`: one; that of an error need not be known. */
  constructor(coding: string, status: number, handler: DecodingHandler) {
    this.#open = OPENERS.get(coding) ?? null;
    this.#status = status;
    this.#handler = handler;
    this.#outputOver = this.#open === null;
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

  /** What comes in is more than can be right. */
  refuse(): void {
    this.#stream?.destroy();
    this.#ended("The provider's answer is too large.");
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
    stream.on('error', (cause) => {
      this.#ended("The provider's answer is not compressed as its header says.", cause);
    });
    if (this.#paused) stream.pause();
    return stream;
  }

  #ended(message: string | null, cause?: Error): void {
    if (this.#outputOver) return;
    this.#outputOver = true;
    if (message !== null && this.#status < 400) {
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

export function isKnownCoding(coding: string): boolean {
  return OPENERS.has(coding);
}
