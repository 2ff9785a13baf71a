import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it; only the words that are used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
}

const PRICE: JsonSchema = { type: 'object', additionalProperties: { type: 'number' } };

/** What each scalar is in JSON; one without a row may be anything. */
const SCALARS: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  JSONObject: { type: 'object' },
  StringMap: { type: 'object', additionalProperties: { type: 'string' } },
  PriceMap: { type: 'object', additionalProperties: PRICE },
  USD: { type: 'number' },
  Count: { type: 'integer', minimum: 0 },
};

/** A scalar or enum as REST spells it. */
export function leafSchema(type: GraphQLScalarType | GraphQLEnumType): JsonSchema {
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ value }): unknown => value) };
  return SCALARS[type.name] ?? described({}, type.description);
}

/** The same schema with a description, where there is one. */
export function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}

/** The same schema, null included. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, description, ...rest } = schema;
  if (type === undefined || schema.enum !== undefined || schema.$ref !== undefined) {
    // Anything at all holds null already.
    if (Object.keys(schema).every((word) => word === 'description')) return schema;
    const { description: _, ...bare } = schema;
    return described({ anyOf: [bare, { type: 'null' }] }, description);
  }
  const types = typeof type === 'string' ? [type] : type;
  return described({ type: [...types, 'null'], ...rest }, description);
}

/** An input type as a JSON body writes it; input objects become references to `#/components/schemas`. */
export function inputSchema(type: GraphQLInputType, components: Map<string, JsonSchema>): JsonSchema {
  if (isNonNullType(type)) return bareInput(type.ofType, components);
  return orNull(bareInput(type, components));
}

function bareInput(
  type: Exclude<GraphQLInputType, { readonly __nonNull?: true }>,
  components: Map<string, JsonSchema>,
): JsonSchema {
  if (isNonNullType(type)) return inputSchema(type, components);
  if (isListType(type)) return { type: 'array', items: inputSchema(type.ofType, components) };
  if (!isInputObjectType(type)) return leafSchema(type);
  if (!components.has(type.name)) {
    // Set before it is filled: a type may hold itself.
    components.set(type.name, {});
    components.set(type.name, objectInput(type, components));
  }
  return { $ref: `#/components/schemas/${type.name}` };
}

/** The members of an input object, without those named in `except`. */
export function objectInput(
  type: GraphQLInputObjectType,
  components: Map<string, JsonSchema>,
  except: readonly string[] = [],
): JsonSchema {
  const fields = Object.values(type.getFields()).filter(({ name }) => !except.includes(name));
  const required = fields
    .filter((field) => isNonNullType(field.type) && field.default === undefined)
    .map(({ name }) => name);
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => [field.name, described(inputSchema(field.type, components), field.description)]),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
  return described(schema, type.description);
}
