import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceOf } from './schema-instance.ts';

describe('instanceOf', () => {
  it.each<[string, object, unknown]>([
    [
      'what is required',
      { type: 'object', properties: { a: { type: 'integer' }, b: {} }, required: ['a'] },
      { a: 1 },
    ],
    ['constants and choices', { enum: ['x', 'y'] }, 'x'],
    ['variants', { anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    ['lists of types', { type: ['null', 'boolean'] }, true],
    [
      'all of several',
      {
        allOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { required: ['b'], properties: { b: { const: 2 } } },
        ],
      },
      { a: 1, b: 2 },
    ],
    ['lists with a least length', { type: 'array', minItems: 2, items: { type: 'boolean' } }, [true, true]],
    ['bounds of numbers', { type: 'integer', minimum: 7, maximum: 9 }, 7],
    ['open bounds and steps', { type: 'number', exclusiveMinimum: 10, multipleOf: 5 }, 15],
    ['formats', { type: 'string', format: 'date' }, '2025-01-01'],
    ['lengths', { type: 'string', maxLength: 3 }, 'sim'],
    [
      'references',
      {
        $defs: { p: { type: 'object', properties: { n: { const: 'é' } }, required: ['n'] } },
        $ref: '#/$defs/p',
      },
      { n: 'é' },
    ],
  ])('gives %s', (_name, schema, expected) => expect(instanceOf(schema)).toEqual(expected));

  it('gives all members when asked to', () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'array', items: { const: 1 } } },
    };
    expect(instanceOf(schema, true)).toEqual({ city: 'simulated city', days: [1] });
    expect(instanceOf(schema)).toEqual({});
  });

  it('ends for schemas that contain themselves, and takes anything for a schema', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#' } }, required: ['child'] };
    expect(JSON.stringify(instanceOf(tree)).length).toBeLessThan(500);
    expect(instanceOf({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } })).toEqual({});
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (schema, full) => {
        instanceOf(schema, full);
      }),
    );
  });
});
