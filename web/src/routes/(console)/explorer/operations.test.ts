import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { onlyOperation, operationsOf, prettify, readVariables, skeletonOf } from './operations.ts';

const schema = buildSchema(`
  type Query { thing(id: ID!, size: Int): Thing things: ThingConnection! }
  type Mutation { make(input: MakeInput!): MakeResult! }
  type Subscription { made: Thing! }
  type Thing { id: ID! name: String! parts: [Part!]! part(id: ID!): Part }
  type Part { id: ID! }
  type PageInfo { hasNextPage: Boolean! }
  type ThingConnection { pageInfo: PageInfo! edges: [ThingEdge!]! }
  type ThingEdge { cursor: String! node: Thing! }
  input MakeInput { name: String! }
  interface Error { code: String! message: String! }
  type BadInputError implements Error { code: String! message: String! }
  union MakeResult = BadInputError | Thing
`);

describe('what stands in the editor', () => {
  it('is a list of operations, or nothing that can be read yet', () => {
    expect(operationsOf('{ a } query B { b } subscription C { c }')).toEqual([
      { name: '', kind: 'query' },
      { name: 'B', kind: 'query' },
      { name: 'C', kind: 'subscription' },
    ]);
    for (const text of ['', '   ', 'query {', '# only words']) expect(operationsOf(text)).toBeNull();
  });

  it('is sent one operation at a time, with its own fragments', () => {
    const text = 'query A { a ...F } query B { b } fragment F on Query { f } fragment G on Query { g }';
    expect(onlyOperation(text, 'A')).toBe('query A {\n  a\n  ...F\n}\n\nfragment F on Query {\n  f\n}');
    expect(onlyOperation('query {', 'A')).toBe('query {');
  });

  it('is put in order, unless that would lose something', () => {
    expect(prettify('{a{b}}')).toBe('{\n  a {\n    b\n  }\n}');
    expect(prettify('{ a # why\n}')).toBe('{ a # why\n}');
    expect(prettify('{ a')).toBe('{ a');
  });
});

it('takes an object of JSON for variables, and nothing for none', () => {
  expect(readVariables(' ')).toEqual({});
  expect(readVariables('{"a":1}')).toEqual({ a: 1 });
  for (const text of ['[]', '1', 'null', '{a:1}']) expect(readVariables(text)).toBeNull();
});

describe('an operation to begin with', () => {
  const cases = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;

  it('is valid for every field', () => {
    for (const [kind, type] of cases)
      for (const field of Object.values(type?.getFields() ?? {}))
        expect(validate(schema, parse(skeletonOf(kind, field).query))).toEqual([]);
  });

  it('has required arguments as variables, pages with their rows, and both ends of a union', () => {
    const fields = schema.getQueryType()?.getFields() ?? {};
    expect(fields['thing'] && skeletonOf('query', fields['thing'])).toEqual({
      query: 'query Thing($id: ID!) {\n  thing(id: $id) {\n    id\n    name\n  }\n}',
      variables: '{\n  "id": ""\n}',
    });
    expect(fields['things'] && skeletonOf('query', fields['things']).query).toMatch(
      /edges \{\s+cursor\s+node \{/,
    );
    const make = schema.getMutationType()?.getFields()['make'];
    expect(make && skeletonOf('mutation', make).query).toContain('... on Error {');
  });
});
