import { setImmediate as nextTurn } from 'node:timers/promises';

import { decodeLine } from './journal-line.ts';
import { LogColumns } from './log-columns.ts';
import { toLogRow, type LogRow } from './log-row.ts';
import type { LearnedWindow } from './record.ts';
import type { Segment } from './segment.ts';

/** A line of the journal and the row that it becomes. */
export interface RowLine {
  readonly bytes: Buffer;
  readonly row: LogRow;
}

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
  /** The last line was cut off by a crash. */
  readonly torn: boolean;
  readonly rows: readonly RowLine[];
  /** The same rows, encoded. */
  readonly columns: LogColumns;
  readonly windows: readonly WindowLine[];
  /** Lines that cannot be read, and why. */
  readonly bad: readonly { readonly bytes: Buffer; readonly reason: string }[];
}

/** Lines that are handled before others get their turn: about half a millisecond. */
const SLICE = 32;

/** Reads up to `limit` lines from the byte `from` on. Throws what the file system says. */
export async function readBatch(segment: Segment, from: number, limit: number): Promise<Batch> {
  const { lines, end, torn } = await segment.read(from, limit);
  const rows: RowLine[] = [];
  const windows: WindowLine[] = [];
  const bad: { bytes: Buffer; reason: string }[] = [];
  const columns = new LogColumns();
  for (const [index, bytes] of lines.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    const line = readLine(bytes);
    if ('row' in line) {
      rows.push(line);
      columns.add(line.row);
    } else if ('window' in line) windows.push(line);
    else bad.push(line);
  }
  return { segment, from, end, lines: lines.length, torn, rows, columns, windows, bad };
}

/** Encodes some of a batch's rows again, for a transaction of their own. */
export async function encodeRows(rows: readonly RowLine[]): Promise<LogColumns> {
  const columns = new LogColumns();
  for (const [index, { row }] of rows.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    columns.add(row);
  }
  return columns;
}

function readLine(bytes: Buffer): RowLine | WindowLine | { bytes: Buffer; reason: string } {
  const entry = decodeLine(bytes);
  if (typeof entry === 'string') return { bytes, reason: entry };
  if (entry.kind === 'window') return { bytes, window: entry.window };
  try {
    return { bytes, row: toLogRow(entry.request) };
  } catch (error) {
    return { bytes, reason: String(error) };
  }
}
