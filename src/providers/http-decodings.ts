import { UpstreamFailure } from './adapter.ts';
import { Decoding, isKnownCoding, type DecodingHandler } from './http-decoding.ts';

/** One after the other; a proxy that packs what a server has packed makes two. */
const MOST_CODINGS = 3;
/** Between two codings: what is packed is smaller than what it holds, and no answer is larger than this. */
const MOST_BETWEEN_BYTES = 128 * 1024 * 1024;
/** The coding of which nothing comes out. */
const UNKNOWN = '';
/** Of codings that are not known, in a message. */
const LONGEST_NAME = 40;

/** Bytes as they came in, what they hold out: to its handler. */
export interface Unpacking {
  write(chunk: Buffer): void;
  /** No more comes in; `failure` = because it broke off, which is told when all is out. */
  end(failure: UpstreamFailure | null): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** What an answer is packed with, in the order of packing (RFC 9110, 8.4); empty = it is as it is. */
export function codingsOf(header: string | readonly string[] | undefined): string[] {
  if (header === undefined) return [];
  const codings = (typeof header === 'string' ? header : header.join(',')).toLowerCase().split(',');
  return codings.map((it) => it.trim()).filter((it) => it !== '' && it !== 'identity');
}

/**
 * Undoes the codings of one answer, the last first. Of an error that cannot be unpacked the status is left.
 *
 * @param codings at least one
 * @throws UpstreamFailure when nobody knows one of them, or there are too many, and it is no error anyway
 */
export function unpack(codings: readonly string[], status: number, handler: DecodingHandler): Unpacking {
  const canUnpack = codings.length <= MOST_CODINGS && codings.every(isKnownCoding);
  if (!canUnpack && status < 400) throw new UpstreamFailure('malformed', complaint(codings), { status });
  const [first = UNKNOWN, second] = canUnpack ? codings : [];
  return second === undefined ? new Decoding(first, status, handler) : chain(codings, status, handler);
}

/** Each gives the next one what it unpacks, and waits while that has no room. */
function chain(codings: readonly string[], status: number, handler: DecodingHandler): Unpacking {
  const stages: Decoding[] = [];
  for (const [at, coding] of codings.toReversed().entries()) {
    let passed = 0;
    const stage = new Decoding(coding, status, {
      onDecoded(chunk) {
        const next = stages[at + 1];
        passed += chunk.length;
        if (next === undefined) handler.onDecoded(chunk);
        else if (passed <= MOST_BETWEEN_BYTES) next.write(chunk);
        else next.refuse();
      },
      onDecodedEnd(failure) {
        const next = stages[at + 1];
        if (next === undefined) handler.onDecodedEnd(failure);
        else next.end(failure);
      },
      onFull() {
        const before = stages[at - 1];
        if (before === undefined) handler.onFull();
        else before.pause();
      },
      onDrained() {
        const before = stages[at - 1];
        if (before === undefined) handler.onDrained();
        else before.resume();
      },
    });
    stages.push(stage);
  }
  const [first, last] = [stages[0], stages.at(-1)];
  return {
    write: (chunk) => first?.write(chunk),
    end: (failure) => first?.end(failure),
    pause: () => last?.pause(),
    resume: () => last?.resume(),
    close() {
      for (const stage of stages) stage.close();
    },
  };
}

function complaint(codings: readonly string[]): string {
  if (codings.length > MOST_CODINGS)
    return `The provider compressed its answer ${codings.length} times; ${MOST_CODINGS} times are undone here.`;
  const name = JSON.stringify(codings.join(', ').slice(0, LONGEST_NAME));
  return `The provider compressed its answer as ${name}, which is not known here.`;
}
