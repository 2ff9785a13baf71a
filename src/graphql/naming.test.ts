import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  type GraphQLType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from './schema.ts';

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** Every field and argument: where it stands, its name and its type. */
const members = types.flatMap((type): { at: string; name: string; type: GraphQLType; reason: unknown }[] => {
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => ({
      at: `${type.name}.${field.name}`,
      name: field.name,
      type: field.type,
      reason: field.deprecationReason,
    }));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    { at: `${type.name}.${field.name}`, name: field.name, type: field.type, reason: field.deprecationReason },
    ...field.args.map((arg) => ({
      at: `${type.name}.${field.name}(${arg.name}:)`,
      name: arg.name,
      type: arg.type,
      reason: arg.deprecationReason,
    })),
  ]);
});

/** What a mutation can do to a noun. */
const VERBS =
  /^(?:create|update|delete|check|discover|preview|try|chat|reorder|rotate|set|reset|apply|restore|revoke|change|complete|evict|test|login|logout|start|promote|end)(?:[A-Z]|$)/;
/** Texts that others give: ids as providers, clients and the audit log spell them. */
const FOREIGN_IDS = /^(?:modelId|prefixedId|sessionId|targetId|accessKeyId)$/;

describe('the names of the schema', () => {
  it('are PascalCase for types, camelCase for members', () => {
    expect(types.map(({ name }) => name).filter((name) => !/^[A-Z][A-Za-z0-9]*$/.test(name))).toEqual([]);
    expect(members.filter(({ name }) => !/^[a-z][A-Za-z0-9]*$/.test(name)).map(({ at }) => at)).toEqual([]);
  });

  it('say what a type is for: Input, Filter, Order or Item go in, and nothing else does', () => {
    const inputs = types.filter(isInputObjectType).map(({ name }) => name);
    expect(inputs.filter((name) => !/(?:Input|Filter|Order|Item)$/.test(name))).toEqual([]);
    const outputs = types.filter(isObjectType).map(({ name }) => name);
    expect(outputs.filter((name) => /(?:Input|Filter|Item)$/.test(name))).toEqual([]);
  });

  it('of mutations begin with what they do', () => {
    expect(mutations.map(({ name }) => name).filter((name) => !VERBS.test(name))).toEqual([]);
  });

  it('of inputs are those of their mutations, but for those that several share', () => {
    const shared = ['ModelConfigInput', 'RuleSetInput'];
    const wrong = mutations.flatMap(({ name, args }) => {
      const input = args.find((arg) => arg.name === 'input');
      const type = input ? getNamedType(input.type).name : null;
      const expected = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      return type === null || type === expected || shared.includes(type) ? [] : [`${name}: ${type}`];
    });
    expect(wrong).toEqual([]);
  });

  it('tell ids, moments, prices and counts of time by their ends', () => {
    const wrong = members.filter(({ name, type }) => {
      const bare = getNullableType(type);
      const named = getNamedType(type).name;
      if (FOREIGN_IDS.test(name)) return false;
      if (name === 'id' || /[a-z]Id$/.test(name)) return named !== 'ID';
      if (/[a-z]Ids$/.test(name)) return named !== 'ID' || !isListType(bare);
      if (/[a-z]At$/.test(name)) return named !== 'DateTime';
      if (/Per1M$|Cost$/.test(name)) return named !== 'USD';
      if (/[a-z]Ms$/.test(name)) return !['Int', 'Float'].includes(named);
      if (/^(?:is|has)[A-Z]/.test(name)) return named !== 'Boolean';
      return false;
    });
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  it('are never deprecated: there is one way to say a thing', () => {
    const values = types.filter(isEnumType).flatMap((type) => type.getValues());
    expect(
      [...members.map(({ reason }) => reason), ...values.map((value) => value.deprecationReason)].filter(
        Boolean,
      ),
    ).toEqual([]);
  });
});
