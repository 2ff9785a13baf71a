import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import type { Endpoint } from '../../../src/rest/execute.ts';
import { requestParts } from '../../../src/rest/request-schema.ts';
import type { Call } from './example.ts';

export interface Malformed {
  /** The field as the caller wrote it. */
  readonly field: string;
  readonly value: string;
  /** The call with that field spoilt. */
  apply(call: Call): Pick<Call, 'method' | 'path' | 'body'>;
}

type Path = readonly (string | number)[];

/** Every field of a row's query and body, each with a value that it cannot have. */
export function malformed(endpoint: Endpoint): Malformed[] {
  const { query, body } = requestParts(endpoint);
  const inQuery = query.flatMap(({ name, type }) => {
    const value = type === null ? undefined : wrongText(type);
    return value === undefined ? [] : [spoiltQuery(name, value)];
  });
  const input = body === null ? null : getNullableType(body.type);
  if (!isInputObjectType(input)) return inQuery;
  const except = body?.except ?? [];
  const fields = Object.values(input.getFields()).filter(({ name }) => !except.includes(name));
  return [...inQuery, ...fields.flatMap((field) => spoilt([field.name], field.type, 0))];
}

/** A value of the wrong kind; undefined = every JSON value would do. */
function wrong(type: GraphQLInputType): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return 'no list';
  if (isInputObjectType(bare)) return 5;
  if (isEnumType(bare)) return 'no-such-value';
  if (bare.name === 'JSON') return undefined;
  return bare.name === 'String' || bare.name === 'ID' ? { not: 'a text' } : 'nonsense';
}

/** The same for a query string, where everything is text. */
function wrongText(type: GraphQLInputType): string | undefined {
  const value = wrong(type);
  return typeof value === 'string' ? value : undefined;
}

function spoilt(path: Path, type: GraphQLInputType, depth: number): Malformed[] {
  const value = wrong(type);
  const own = value === undefined ? [] : [spoiltBody(path, value)];
  const required = isNonNullType(type) ? [spoiltBody(path, null)] : [];
  const bare = getNullableType(type);
  // Deep enough for every input there is, and an end for those that hold themselves.
  if (depth > 4) return own;
  if (isListType(bare)) {
    const inner = getNullableType(bare.ofType);
    const items = isInputObjectType(inner)
      ? Object.values(inner.getFields()).flatMap((field) =>
          spoilt([...path, 0, field.name], field.type, depth + 1),
        )
      : [];
    return [...own, ...required, ...items];
  }
  if (!isInputObjectType(bare)) return [...own, ...required];
  const members = Object.values(bare.getFields()).flatMap((field) =>
    spoilt([...path, field.name], field.type, depth + 1),
  );
  return [...own, ...required, ...members];
}

function spoiltBody(path: Path, value: unknown): Malformed {
  return {
    field: path.reduce<string>(
      (text, part) =>
        typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`,
      '',
    ),
    value: JSON.stringify(value),
    apply: ({ method, path: url, body }) => ({
      method,
      path: url,
      body: set(body ?? {}, path, value) as Record<string, unknown>,
    }),
  };
}

function spoiltQuery(name: string, value: string): Malformed {
  return {
    field: name,
    value,
    apply: ({ method, path, body }) => {
      const [address = '', search = ''] = path.split('?');
      const query = new URLSearchParams(search);
      query.set(name, value);
      return { method, path: `${address}?${query}`, body };
    },
  };
}

function set(target: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  if (typeof head === 'number') {
    const items: unknown[] = Array.isArray(target) ? [...(target as unknown[])] : [];
    items[head] = set(items[head], rest, value);
    return items;
  }
  const members = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  return { ...members, [head]: set(Reflect.get(members, head), rest, value) };
}
