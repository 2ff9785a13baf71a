import { setImmediate as nextTurn } from 'node:timers/promises';

import { decodeWindow, kindOf, UNREADABLE } from './journal-line.ts';
import type { LearnedWindow } from './record.ts';
import { RequestLines } from './request-lines.ts';
import type { Segment } from './segment.ts';

export interface WindowLine {
  readonly bytes: Buffer;
  readonly window: LearnedWindow;
}

/** Part of a segment, read and ready to be stored. */
export interface Batch {
  readonly segment: Segment;
  /** Bytes [from, end) of the segment. */
  readonly from: number;
  readonly end: number;
  /** How many lines that are, whatever they hold. */
  readonly lines: number;
  /** Bytes of a last line that was cut off by a crash. */
  readonly torn: number;
  readonly requests: RequestLines;
  readonly windows: readonly WindowLine[];
  /** Lines that cannot be read, and why. */
  readonly bad: readonly { readonly bytes: Buffer; readonly reason: string }[];
}

const NEWLINE = 0x0a;
/** Lines that are checked before others get their turn: about half a millisecond. */
const SLICE = 1_000;

/** Reads up to `limit` lines from the byte `from` on. Throws what the file system says. */
export async function readBatch(segment: Segment, from: number, limit: number): Promise<Batch> {
  const { bytes, torn } = await segment.read(from);
  const requests: number[] = [];
  const windows: WindowLine[] = [];
  const bad: { bytes: Buffer; reason: string }[] = [];
  let lines = 0;
  let start = 0;
  while (start < bytes.length && lines < limit) {
    const end = bytes.indexOf(NEWLINE, start);
    const kind = kindOf(bytes, start, end);
    if (kind === 'request') requests.push(start, end + 1);
    else {
      const line = bytes.subarray(start, end);
      const window = kind === 'window' ? decodeWindow(line) : null;
      if (window !== null) windows.push({ bytes: line, window });
      else bad.push({ bytes: line, reason: UNREADABLE[kind === 'damaged' ? kind : 'unknown'] });
    }
    start = end + 1;
    lines += 1;
    if (lines % SLICE === 0) await nextTurn();
  }
  const end = from + start + torn;
  return { segment, from, end, lines, torn, requests: new RequestLines(bytes, requests), windows, bad };
}
