import {
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';
import type { FieldProblem } from '../errors.ts';
import { isObject } from '../json-object.ts';

/**
 * Turns a JSON value as a REST caller wrote it into one that GraphQL takes for a variable of the type, and collects
 * every problem under the path that the caller knows (`config.auth.type`, not `$input.config.auth.type`). REST spells
 * enum values as the contract does (`whitelist`); what a query string says is text, whatever the type.
 */
export function coerce(value: unknown, type: GraphQLInputType, place: Place): unknown {
  if (isNonNullType(type)) {
    if (value !== undefined && value !== null) return coerce(value, type.ofType, place);
    return problem(place, 'is required');
  }
  if (value === undefined || value === null) return value;
  if (isListType(type)) return coerceList(value, type.ofType, place);
  if (isInputObjectType(type)) return coerceObject(value, type, place);
  if (isEnumType(type)) return coerceEnum(value, type, place);
  return coerceScalar(value, type, place);
}

export interface Place {
  /** "" for the body itself. */
  readonly path: string;
  /** Where problems are collected. */
  readonly problems: FieldProblem[];
  /** From a path or a query string: numbers and booleans come as text. */
  readonly text: boolean;
  /** Paths of members that are left out without a word. */
  readonly ignore: readonly string[];
}

function coerceList(value: unknown, type: GraphQLInputType, place: Place): unknown {
  if (!Array.isArray(value)) return problem(place, 'must be a list');
  const items: unknown[] = value;
  return items.map((item, i) => coerce(item, type, { ...place, path: `${place.path}[${i}]` }));
}

function coerceObject(value: unknown, type: GraphQLInputObjectType, place: Place): unknown {
  if (!isObject(value)) return problem(place, 'must be an object');
  const given = new Map<string, unknown>(Object.entries(value));
  const fields = type.getFields();
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const coerced = coerce(given.get(name), field.type, { ...place, path: join(place.path, name) });
    if (coerced !== undefined) result[name] = coerced;
  }
  for (const name of given.keys()) {
    const path = join(place.path, name);
    if (Object.hasOwn(fields, name) || place.ignore.includes(path)) continue;
    problem({ ...place, path }, `is not known; known are ${Object.keys(fields).join(', ')}`);
  }
  return result;
}

function coerceEnum(value: unknown, type: GraphQLEnumType, place: Place): unknown {
  const values = type.getValues();
  const found = values.find((one) => one.value === value);
  return found
    ? found.name
    : problem(place, `must be one of ${values.map((one) => String(one.value)).join(', ')}`);
}

const KIND_OF_SCALAR: Readonly<Record<string, string>> = {
  String: 'text',
  ID: 'an id',
  Int: 'a whole number of at most 32 bits',
  Float: 'a number',
  Boolean: 'true or false',
};

function coerceScalar(value: unknown, type: GraphQLScalarType, place: Place): unknown {
  const raw = place.text && typeof value === 'string' ? fromText(value, type.name) : value;
  try {
    type.coerceInputValue(raw);
    return raw;
  } catch (error) {
    const kind = KIND_OF_SCALAR[type.name];
    if (kind !== undefined) return problem(place, `must be ${kind}`);
    // A scalar of ours: its own message says what it must be.
    return problem(place, error instanceof GraphQLError ? error.message : `must be a ${type.name}`);
  }
}

function fromText(text: string, scalar: string): unknown {
  if (scalar === 'Boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const numeric = scalar === 'Int' || scalar === 'Float' || scalar === 'USD' || scalar === 'Count';
  return numeric && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function problem({ problems, path }: Place, message: string): undefined {
  problems.push({ path: path === '' ? 'body' : path, message });
  return undefined;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
