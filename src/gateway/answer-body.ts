import type { UpstreamHeaders } from '../providers/adapter.ts';
import { skipSpace } from '../providers/json-spans.ts';
import { isEvents } from '../providers/stream-as-whole.ts';

/** A whole answer larger than this is no answer. */
export const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
/** As much of an error body as adapters need to read it. */
export const MAX_ERROR_BYTES = 65_536;

/** Gathers what is read as a whole. */
export class AnswerBody {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** False = it is more than `limit`, and cut there. */
  add(chunk: Buffer, limit: number): boolean {
    const room = limit - this.#bytes;
    const fits = chunk.length <= room;
    const taken = fits ? chunk : chunk.subarray(0, room);
    this.#bytes += taken.length;
    this.#chunks.push(taken);
    return fits;
  }

  take(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Whether an answer where a stream was asked for is one. Its first bytes tell best: some servers do not know streams
 * and some call everything JSON.
 */
export function isStream(headers: UpstreamHeaders, first: Buffer): boolean {
  if (first[skipSpace(first, 0)] === OPEN_BRACE) return false;
  const type = headers['content-type'];
  return typeof type !== 'string' || !type.startsWith('application/json') || isEvents(first);
}

const OPEN_BRACE = 0x7b;
