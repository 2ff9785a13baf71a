import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeLine, encodeLine } from './journal-line.ts';
import type { JournalEntry } from './record.ts';

const entry = (modelId: string): JournalEntry => ({
  kind: 'window',
  window: { providerId: '0198c5b0-0000-7000-8000-000000000000', modelId, contextWindow: 8_192 },
});

test('an entry comes back as it was, whatever its texts hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = Buffer.from(encodeLine(entry(text.toWellFormed())));
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(decodeLine(line.subarray(0, -1))).toEqual(entry(text.toWellFormed()));
    }),
  );
});

test('a line with any byte changed, or cut anywhere, is never taken for an entry', () => {
  const line = Buffer.from(encodeLine(entry('gpt-4o'))).subarray(0, -1);
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(line);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      const decoded = decodeLine(damaged);
      // The checksum's own digits may change their case; nothing else may.
      if (typeof decoded !== 'string') expect(decoded).toEqual(entry('gpt-4o'));
      expect(typeof decodeLine(line.subarray(0, at))).toBe('string');
    }),
  );
});

test('valid JSON that is no entry is refused', () => {
  for (const wrong of [
    null,
    1,
    'x',
    {},
    { kind: 'other' },
    { kind: 'request' },
    { kind: 'window', window: null },
  ]) {
    const line = Buffer.from(encodeLine(wrong as unknown as JournalEntry)).subarray(0, -1);
    expect(decodeLine(line)).toBe('it is no journal entry');
  }
});
