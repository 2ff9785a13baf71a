import { readFileSync } from 'node:fs';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  parse,
  printSchema,
  type GraphQLField,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { requirementOf } from './requirement.ts';
import { OPEN_OPERATIONS, schema } from './schema.ts';

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  type ? Object.values(type.getFields()).map((field) => ({ type: type.name, field })) : [],
);

describe('the schema', () => {
  it('describes every type, field, argument and enum', () => {
    const silent: string[] = [];
    const must = (name: string, description: string | null | undefined) => {
      if (!description) silent.push(name);
    };
    for (const type of types) {
      must(type.name, type.description);
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          must(`${type.name}.${field.name}`, field.description);
      }
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          must(`${type.name}.${field.name}`, field.description);
          for (const arg of field.args) must(`${type.name}.${field.name}(${arg.name}:)`, arg.description);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it('is printed and checked in as schema.graphql', () => {
    const printed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
    expect(printed).toContain(printSchema(schema));
  });

  it('has no output field that could hold a secret but the keys and tokens that are shown once', () => {
    const suspicious = types.filter(isObjectType).flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => /password|secret|apikey|credential|hash|token$|cipher/i.test(field.name))
        .filter(
          (field) => isLeafType(getNamedType(field.type)) && getNamedType(field.type).name !== 'Boolean',
        )
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(suspicious.toSorted()).toEqual([
      'AccessTokenCreated.secret',
      'KeyIssued.apiKey',
      'Login.token',
      'TenantCreated.apiKey',
    ]);
  });

  it('opens exactly the named operations to those who have not signed in', () => {
    const open = roots.filter(
      ({ type, field }) => requirementOf(schema, document(type, field)) === 'nothing',
    );
    expect(open.map(({ field }) => field.name).toSorted()).toEqual(OPEN_OPERATIONS.toSorted());
  });

  it('names an action of the policy for every other operation', () => {
    const unnamed = roots.filter(
      ({ type, field }) => requirementOf(schema, document(type, field)).length === 0,
    );
    expect(unnamed.map(({ field }) => field.name)).toEqual([]);
  });

  it('spells every enum value in capitals', () => {
    const names = types.filter(isEnumType).flatMap((type) => type.getValues().map(({ name }) => name));
    expect(names.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name))).toEqual([]);
  });

  it('answers every mutation with a union of its result and the errors that were foreseen', () => {
    const mutations = roots.filter(({ type }) => type === 'Mutation');
    const wrong = mutations.filter(({ field }) => {
      const { name } = getNamedType(field.type);
      return name !== `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}Result`;
    });
    expect(wrong.map(({ field }) => field.name)).toEqual([]);
  });
});

function document(type: string, field: GraphQLField<unknown, unknown>) {
  return parse(`${type.toLowerCase()} { ${field.name} { __typename } }`);
}
