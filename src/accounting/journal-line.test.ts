import { crc32 } from 'node:zlib';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeWindow, kindOf, PendingLines } from './journal-line.ts';
import type { JournalEntry } from './record.ts';

const window = (modelId: string): JournalEntry & { kind: 'window' } => ({
  kind: 'window',
  window: { providerId: '0198c5b0-0000-7000-8000-000000000000', modelId, contextWindow: 8_192 },
});

function linesOf(...entries: JournalEntry[]): Buffer {
  const pending = new PendingLines();
  for (const entry of entries) pending.add(entry);
  expect(pending.bytes).toBeGreaterThan(0);
  const lines = Buffer.from(pending.take());
  expect(pending.bytes).toBe(0);
  return lines;
}

/** A line without its "\n" that holds anything, with the right checksum. */
function lineOf(body: string): Buffer {
  return Buffer.from(`${crc32(body).toString(16).padStart(8, '0')} ${body}`);
}

test('entries come back as they were, one a line, whatever their texts hold and however long they are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 500 }).map((any) => any.toWellFormed());
  const long = fc.tuple(text, fc.nat(3_000)).map(([any, times]) => any.repeat(times).slice(0, 1_500_000));
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: text }, long), { minLength: 1 }), (texts) => {
      const wellFormed = texts.map((each) => each.toWellFormed());
      const bytes = linesOf(...wellFormed.map(window));
      let start = 0;
      for (const each of wellFormed) {
        const end = bytes.indexOf('\n', start);
        expect(kindOf(bytes, start, end)).toBe('window');
        expect(decodeWindow(bytes.subarray(start, end))?.modelId === each).toBe(true);
        start = end + 1;
      }
      expect(start).toBe(bytes.length);
    }),
    { numRuns: 50 },
  );
});

test('lines that were taken are not given again, and new ones do not begin before their end', () => {
  const pending = new PendingLines();
  pending.add(window('a'.repeat(2_000_000)));
  expect(pending.take()).toHaveLength(linesOf(window('a'.repeat(2_000_000))).length);
  pending.add(window('b'));
  expect(Buffer.from(pending.take())).toEqual(linesOf(window('b')));
});

test('a line with any byte changed, or cut anywhere, is damaged', () => {
  const line = linesOf(window('gpt-4o')).subarray(0, -1);
  expect(kindOf(line, 0, line.length)).toBe('window');
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(line);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      expect(kindOf(damaged, 0, damaged.length)).toBe('damaged');
      expect(kindOf(line, 0, at)).toBe('damaged');
      expect(kindOf(line, at + 1, line.length)).toBe('damaged');
    }),
    { numRuns: 1_000 },
  );
});

test('what another version may have written is told apart from what is damaged', () => {
  for (const body of ['x\tsomething', 'request\tx', '{"kind":"request"}', 'w ', 'r']) {
    const line = lineOf(body);
    expect(kindOf(line, 0, line.length)).toBe(body.length < 2 ? 'damaged' : 'unknown');
  }
  for (const body of ['w\tnull', 'w\t{}', 'w\t{"providerId":1}', 'w\tno JSON']) {
    const line = lineOf(body);
    expect(kindOf(line, 0, line.length)).toBe('window');
    expect(decodeWindow(line)).toBeNull();
  }
});
