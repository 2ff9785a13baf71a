import fc from 'fast-check';
import { buildSchema, isInputType, validateInputValue, type GraphQLInputType } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { FieldProblem } from '../errors.ts';
import { schema } from '../graphql/schema.ts';
import { coerce } from './coerce.ts';

const small = buildSchema(`
  enum Size { S M }
  input Inner { on: Boolean, many: [Int!], size: Size }
  input Outer { name: String!, inner: Inner, id: ID }
  type Query { x(outer: Outer): Int }`);

function typeOf(name: string, from = small): GraphQLInputType {
  const type = from.getType(name);
  if (!isInputType(type)) throw new Error(`${name} is no input type`);
  return type;
}

function tryOut(value: unknown, type: GraphQLInputType, more: { text?: boolean; ignore?: string[] } = {}) {
  const problems: FieldProblem[] = [];
  const result = coerce(value, type, { path: '', problems, text: false, ignore: [], ...more });
  return { result, problems };
}

describe('coerce', () => {
  it('passes on what fits and leaves out what is missing', () => {
    const value = { name: 'x', inner: { on: false, many: [1, 2], size: 'S' }, id: null };
    expect(tryOut(value, typeOf('Outer'))).toEqual({ result: value, problems: [] });
    expect(tryOut({ name: 'x' }, typeOf('Outer')).result).toEqual({ name: 'x' });
  });

  it('collects every problem under its own path', () => {
    const wrong = { inner: { on: 1, many: [1, 'two', 2.5], size: 'XL', colour: 'red' }, nosuch: 1 };
    expect(tryOut(wrong, typeOf('Outer')).problems).toEqual([
      { path: 'name', message: 'is required' },
      { path: 'inner.on', message: 'must be true or false' },
      { path: 'inner.many[1]', message: 'must be a whole number of at most 32 bits' },
      { path: 'inner.many[2]', message: 'must be a whole number of at most 32 bits' },
      { path: 'inner.size', message: 'must be one of S, M' },
      { path: 'inner.colour', message: 'is not known; known are on, many, size' },
      { path: 'nosuch', message: 'is not known; known are name, inner, id' },
    ]);
  });

  it('does not take one thing for a list of it', () => {
    expect(tryOut({ many: 1 }, typeOf('Inner')).problems).toEqual([
      { path: 'many', message: 'must be a list' },
    ]);
  });

  it('leaves out read-only members without a word, but only those', () => {
    const value = { name: 'x', inner: { hasSecret: true }, createdAt: 'now' };
    const ignore = ['createdAt', 'inner.hasSecret'];
    expect(tryOut(value, typeOf('Outer'), { ignore })).toEqual({
      result: { name: 'x', inner: {} },
      problems: [],
    });
    expect(tryOut({ ...value, hasSecret: 1 }, typeOf('Outer'), { ignore }).problems).toHaveLength(1);
  });

  it('reads numbers and booleans out of a query string, and text as text', () => {
    const read = (text: string, type: string) => tryOut(text, typeOf(type), { text: true });
    expect(read('7', 'Int').result).toBe(7);
    expect(read('true', 'Boolean').result).toBe(true);
    expect(read('7', 'String').result).toBe('7');
    for (const text of ['', ' 7', '7x', '0x7', '1e3', 'NaN', '7.5'])
      expect(read(text, 'Int').problems).toHaveLength(1);
    expect(read('yes', 'Boolean').problems).toHaveLength(1);
  });

  it('is not fooled by members that every object has', () => {
    const value: unknown = JSON.parse('{ "name": "x", "__proto__": { "id": "1" }, "constructor": 1 }');
    const { result, problems } = tryOut(value, typeOf('Outer'));
    expect(result).toEqual({ name: 'x' });
    expect(problems.map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
  });

  it('never lets through what GraphQL would refuse, and never throws, whatever the JSON', () => {
    const type = typeOf('CreateTenantInput', schema);
    const known = fc.constantFrom(
      'slug',
      'name',
      'modelConfig',
      'rateLimit',
      'pricing',
      'active',
      'mode',
      'list',
    );
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(known, fc.oneof(fc.jsonValue(), fc.dictionary(known, fc.jsonValue()))),
    );
    fc.assert(
      fc.property(json, (value) => {
        const { result, problems } = tryOut(value, type);
        if (problems.length > 0 || value === null) return;
        const refused: string[] = [];
        validateInputValue(result, type, ({ message }) => refused.push(message));
        expect(refused).toEqual([]);
      }),
    );
  });
});
