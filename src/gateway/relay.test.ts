import fc from 'fast-check';
import { expect, test } from 'vitest';

import { withMembers } from './relay.ts';

/** What node:http puts on the wire. */
const wireBytes = (body: Buffer | string): Buffer =>
  typeof body === 'string' ? Buffer.from(body, 'latin1') : body;

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });
const answers = fc.record({
  members: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme', maxLength: 40 }), { maxKeys: 4 }),
  filler: fc.constantFrom('', 'é'.repeat(3_000), 'x'.repeat(12_280), 'ü'.repeat(9_000)),
  space,
});

test('members are added to any object, small or large, whatever letters both hold', () => {
  fc.assert(
    fc.property(answers, fc.string({ unit: 'grapheme' }), ({ members, filler, space: after }, added) => {
      const answer = filler === '' ? members : { ...members, filler };
      const inside = JSON.stringify(answer, null, after);
      const body = withMembers(Buffer.from(inside + after), `"added":${JSON.stringify(added)}`);
      expect(JSON.parse(wireBytes(body).toString())).toEqual({ ...answer, added });
      expect(wireBytes(body)).toHaveLength(body.length);
    }),
    { numRuns: 300 },
  );
});

test('an empty object gets them without a comma, and brackets in texts mean nothing', () => {
  expect(withMembers(Buffer.from('{ }\n'), '"a":1')).toBe('{ "a":1}');
  expect(withMembers(Buffer.from('{"t":"}{"}'), '"a":1')).toBe('{"t":"}{","a":1}');
});
