import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonValue } from './json-value.ts';
import { SCALARS } from './scalars.ts';

describe('DateTime', () => {
  it('takes moments in ISO 8601 and gives them back in UTC', () => {
    for (const text of ['2026-11-23T08:15:30Z', '2026-11-23T09:15:30+01:00', '2026-11-23T08:15:30.000Z']) {
      expect(SCALARS.DateTime.serialize(SCALARS.DateTime.parseValue(text))).toBe('2026-11-23T08:15:30.000Z');
    }
    expect(SCALARS.DateTime.parseValue('2026-11-23').toISOString()).toBe('2026-11-23T00:00:00.000Z');
  });

  it.each(['tomorrow', '2026-13-01', '2026-11-23T08:15', '1763885730', 1_763_885_730, null, ''])(
    'refuses %j',
    (value) => {
      expect(() => SCALARS.DateTime.parseValue(value)).toThrow('ISO 8601');
    },
  );
});

describe('Count', () => {
  it('gives numbers, however they were counted, and never a wrong one', () => {
    expect(SCALARS.Count.serialize(12n)).toBe(12);
    expect(SCALARS.Count.serialize(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => SCALARS.Count.serialize(2n ** 53n)).toThrow('larger than');
  });

  it.each([-1, 1.5, '1', 2 ** 53, Number.NaN])('refuses %j', (value) => {
    expect(() => SCALARS.Count.parseValue(value)).toThrow('whole number');
  });
});

describe('JSON', () => {
  it('takes whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(isJsonValue(value)).toBe(true);
      }),
    );
  });

  it('refuses what is nested so deep that walking it could end the process', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(() => SCALARS.JSON.parseValue(deep)).toThrow('nested at most 64 deep');
    expect(() => SCALARS.JSONObject.parseValue({ deep })).toThrow('nested at most 64 deep');
  });

  it('refuses what JSON cannot say', () => {
    for (const value of [undefined, Number.NaN, () => 1, 1n])
      expect(() => SCALARS.JSON.parseValue(value)).toThrow('JSON');
  });
});

describe('StringMap and PriceMap', () => {
  it('keep every key as it is, also "__proto__"', () => {
    const value: unknown = JSON.parse('{ "a": "b", "__proto__": "c" }');
    expect(Object.entries(SCALARS.StringMap.parseValue(value))).toEqual([
      ['a', 'b'],
      ['__proto__', 'c'],
    ]);
  });

  it('say which key is wrong', () => {
    expect(() => SCALARS.StringMap.parseValue({ a: 1 })).toThrow('"a"');
    expect(() => SCALARS.PriceMap.parseValue({ 'gpt-4o': { inputPer1M: 1 } })).toThrow('"gpt-4o"');
    expect(() => SCALARS.PriceMap.parseValue([])).toThrow('object');
  });
});

describe('USD', () => {
  it('is a number, also when it was kept as a decimal', () => {
    expect(SCALARS.USD.serialize({ toNumber: () => 0.0000087 })).toBe(0.0000087);
    expect(() => SCALARS.USD.parseValue('1')).toThrow('number');
  });
});
