import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpanFinder, topLevelSpans } from './json-spans.ts';

describe('topLevelSpans', () => {
  it('finds exactly the members that JSON.parse finds, however the object is laid out', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(0, 1, '\t'),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const json = Buffer.from(`\n ${text} `);
          const keys = Object.keys(object).filter((key) => JSON.stringify(key) === `"${key}"`);
          const found = createSpanFinder(...keys)(json);
          expect(found).not.toBeNull();
          keys.forEach((key, index) => {
            const span = found?.values[index] ?? { start: 0, end: 0 };
            expect(JSON.parse(json.toString('utf8', span.start, span.end))).toEqual(
              JSON.parse(JSON.stringify(object[key])),
            );
          });
          expect(json[found?.close ?? 0]).toBe('}'.charCodeAt(0));
        },
      ),
    );
  });

  it('does not mistake nested members, or text that looks like members, for its own', () => {
    const long = `${'x'.repeat(100)}\\"usage\\":{} \\\\`;
    const json = Buffer.from(`{"a":{"usage":1},"b":"${long}","c":["usage"],"usage":{"n":2}}`);
    const span = topLevelSpans(json, ['usage'])?.values[0];
    expect(span && json.toString('utf8', span.start, span.end)).toBe('{"n":2}');
  });

  it('takes the last of a repeated member, as JSON.parse does', () => {
    const json = Buffer.from('{"a":1,"a":2}');
    expect(topLevelSpans(json, ['a'])?.values[0]).toEqual({ start: 11, end: 12 });
  });

  it('returns null for everything that is cut off, and never throws', () => {
    const json = Buffer.from('{"a":{"b":["\\"c",{}]},"d":"e\\\\","f":12}');
    expect(topLevelSpans(json, ['a'])).not.toBeNull();
    for (let end = 0; end < json.length; end++)
      expect(topLevelSpans(json.subarray(0, end), ['a'])).toBeNull();
  });

  it('returns null for what is no object', () => {
    for (const text of ['', '[]', '<html>', 'null', '"a"', '{a:1}', '{"a" 1}', '{"a":}'])
      expect(topLevelSpans(Buffer.from(text), ['a'])).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        topLevelSpans(Buffer.from(bytes), ['a']);
      }),
    );
  });
});
