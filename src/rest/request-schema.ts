import {
  getNullableType,
  GraphQLNonNull,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import type { Endpoint } from './execute.ts';
import { described, inputSchema, objectInput, type JsonSchema } from './json-schema.ts';

/** What goes into a row: found out by letting its `variables` place marks, as answer-schema.ts does with answers. */
export interface RequestParts {
  readonly params: readonly Parameter[];
  readonly query: readonly Parameter[];
  /** Null = it takes none. */
  readonly body: Body | null;
}

export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Null = `variables` makes something else of it: any text. */
  readonly type: GraphQLInputType | null;
}

export interface Body {
  readonly type: GraphQLInputType;
  /** Members of the input that do not come from the body. */
  readonly except: readonly string[];
}

const BODY = Symbol('body');

export function requestParts({ route, variables }: Endpoint): RequestParts {
  const params = marked(route.params);
  const query = marked(route.query);
  const placed = route.variables({ params, query, body: { [BODY]: true } });
  const parameter =
    (marks: Readonly<Record<string, string>>, fixed: boolean) =>
    ([name, description]: [string, string]): Parameter => {
      const mark = marks[name];
      const types = variables.flatMap((variable) => find(placed[variable.name], variable.type, mark));
      const [type = null] = types;
      return { name, description, required: fixed || (type !== null && isNonNullType(type)), type };
    };
  const input = variables.find(({ name }) => isBody(placed[name]));
  const members = input === undefined ? null : placed[input.name];
  return {
    params: Object.entries(route.params).map(parameter(params, true)),
    query: Object.entries(route.query).map(parameter(query, false)),
    body: input ? { type: input.type, except: Object.keys(members ?? {}) } : null,
  };
}

export function parameterSchema({ type }: Parameter, components: Map<string, JsonSchema>): JsonSchema {
  if (type === null) return { type: 'string' };
  // One that is not given is missing; a text cannot say null.
  return inputSchema(isNonNullType(type) ? type : new GraphQLNonNull(type), components);
}

export function bodySchema({ type, except }: Body, components: Map<string, JsonSchema>): JsonSchema {
  const object = getNullableType(type);
  if (!isInputObjectType(object) || except.length === 0) return inputSchema(type, components);
  return described(objectInput(object, components, except), object.description);
}

/** Each member of a row's `params` or `query` as a text that stands for it. */
function marked(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, `\u0001${name}\u0001`]));
}

function isBody(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BODY in value;
}

/** The types at the places where a mark has come to lie. */
function find(value: unknown, type: GraphQLInputType, mark: string | undefined): GraphQLInputType[] {
  if (value === mark) return [type];
  const bare = getNullableType(type);
  if (Array.isArray(value) && isListType(bare)) return value.flatMap((item) => find(item, bare.ofType, mark));
  if (typeof value !== 'object' || value === null || !isInputObjectType(bare)) return [];
  const fields = bare.getFields();
  return Object.entries(value).flatMap(([name, member]) => {
    const field = fields[name];
    return field === undefined ? [] : find(member, field.type, mark);
  });
}
