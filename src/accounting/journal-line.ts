import { crc32 } from 'node:zlib';

import type { JournalEntry } from './record.ts';

/** Bytes of `<crc32 as 8 hex digits><space>` in front of the JSON. */
const PREFIX = 9;
const SPACE = 0x20;

/** One line of the journal: `<crc32 of the JSON, 8 hex digits> <JSON>\n`. */
export function encodeLine(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** Reads a line without its "\n"; a string = why it cannot be read. */
export function decodeLine(line: Buffer): JournalEntry | string {
  if (line.length <= PREFIX || line[PREFIX - 1] !== SPACE) return 'no checksum in front of it';
  const body = line.subarray(PREFIX);
  const expected = Number.parseInt(line.toString('latin1', 0, PREFIX - 1), 16);
  if (crc32(body) !== expected) return 'its checksum does not match';
  try {
    const value: unknown = JSON.parse(body.toString());
    return isEntry(value) ? value : 'it is no journal entry';
  } catch {
    return 'it is no JSON';
  }
}

/** The checksum has shown that we wrote the line; this only tells apart what another version may have written. */
function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'request') {
    return 'request' in value && typeof value.request === 'object' && value.request !== null;
  }
  return (
    value.kind === 'window' && 'window' in value && typeof value.window === 'object' && value.window !== null
  );
}
