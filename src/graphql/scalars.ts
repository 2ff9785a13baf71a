import { GraphQLError } from 'graphql';
import type { TenantPrice } from '../domain/tenant-types.ts';
import { isJsonObject, isJsonValue, type JsonObject, type JsonValue } from './json-value.ts';

/** What each scalar of the schema is in TypeScript: `Input` as a resolver gets it, `Output` as it may return it. */
export type ScalarTypes = {
  ID: { Input: string; Output: string };
  DateTime: { Input: Date; Output: Date };
  JSON: { Input: JsonValue; Output: unknown };
  JSONObject: { Input: JsonObject; Output: object | JsonValue };
  StringMap: { Input: Record<string, string>; Output: object | JsonValue };
  PriceMap: { Input: Record<string, TenantPrice>; Output: object | JsonValue };
  USD: { Input: number; Output: number | { toNumber(): number } };
  Count: { Input: number; Output: number | bigint };
};

interface ScalarRow<Input, Output> {
  readonly description: string;
  readonly serialize: (value: Output) => unknown;
  readonly parseValue: (value: unknown) => Input;
}

/** The scalars beside GraphQL's own, as data: builder.ts adds each of them. */
export const SCALARS: {
  readonly [Name in Exclude<keyof ScalarTypes, 'ID'>]: ScalarRow<
    ScalarTypes[Name]['Input'],
    ScalarTypes[Name]['Output']
  >;
} = {
  DateTime: {
    description: 'A moment in ISO 8601, always UTC: "2026-11-23T08:15:30.000Z".',
    serialize: (value) => value.toISOString(),
    parseValue: parseDateTime,
  },
  JSON: {
    description: 'Any JSON value.',
    serialize: (value) => value,
    parseValue: (value) => {
      if (!isJsonValue(value)) throw new GraphQLError('must be a JSON value, nested at most 64 deep');
      return value;
    },
  },
  JSONObject: {
    description: 'Any JSON object.',
    serialize: (value) => value,
    parseValue: (value) => {
      if (!isJsonObject(value)) throw new GraphQLError('must be a JSON object, nested at most 64 deep');
      return value;
    },
  },
  StringMap: {
    description: 'A JSON object whose values are strings.',
    serialize: (value) => value,
    parseValue: parseStringMap,
  },
  PriceMap: {
    description:
      'A JSON object: model → { inputPer1M, outputPer1M, cachedInputPer1M?, cacheWritePer1M?, reasoningPer1M? }, in USD.',
    serialize: (value) => value,
    parseValue: parsePriceMap,
  },
  USD: {
    description:
      'US dollars as a JSON number. Sums are kept exact to 1e-12 in the database; a number holds about 15 digits of them.',
    serialize: (value) => (typeof value === 'number' ? value : value.toNumber()),
    parseValue: (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new GraphQLError('must be a number of USD');
      return value;
    },
  },
  Count: {
    description: 'A whole number from 0 to 2^53 − 1, as a JSON number: what is counted may outgrow Int.',
    serialize: serializeCount,
    parseValue: (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
        throw new GraphQLError('must be a whole number from 0 to 2^53 − 1');
      }
      return value;
    },
  },
};

function parseStringMap(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) throw new GraphQLError('must be an object of strings');
  const map: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new GraphQLError(`must be an object of strings; "${key}" is none`);
    // Not a plain assignment: "__proto__" is a key like any other here.
    Object.defineProperty(map, key, { value: text, enumerable: true, writable: true, configurable: true });
  }
  return map;
}

function parsePriceMap(value: unknown): Record<string, TenantPrice> {
  if (!isJsonObject(value)) throw new GraphQLError('must be an object: model → price');
  const prices: Record<string, TenantPrice> = {};
  for (const [model, price] of Object.entries(value)) {
    if (!isPrice(price)) {
      throw new GraphQLError(`must give "${model}" an object { inputPer1M, outputPer1M, … } of numbers`);
    }
    Object.defineProperty(prices, model, {
      value: price,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return prices;
}

/** Only the shape: which members there may be and how large is for the domain to say. */
function isPrice(value: unknown): value is TenantPrice {
  if (!isJsonObject(value) || !('inputPer1M' in value) || !('outputPer1M' in value)) return false;
  return Object.values(value).every((price) => typeof price === 'number');
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function parseDateTime(value: unknown): Date {
  const date = typeof value === 'string' && ISO_8601.test(value) ? new Date(value) : null;
  if (!date || Number.isNaN(date.getTime())) {
    throw new GraphQLError('must be a moment in ISO 8601, for example "2026-11-23T08:15:30Z"');
  }
  return date;
}

function serializeCount(value: number | bigint): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count))
    throw new GraphQLError(`The count ${value} is larger than a JSON number can hold`);
  return count;
}
