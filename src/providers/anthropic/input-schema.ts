import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject, requireObject } from './fields.ts';
import { localSchema, withTold } from './schema.ts';

const COMBINATORS = ['allOf', 'anyOf', 'oneOf'] as const;

/** A tool's `parameters` → its `input_schema`: an object, without a reference, allOf, anyOf or oneOf at its top. */
export function inputSchema(value: JsonValue | undefined, param: string): JsonObject {
  if (value === undefined || value === null) return { type: 'object', properties: {} };
  const given = requireObject(value, param);
  const { $ref: _, ...own } = given;
  const schema: JsonObject = { ...localSchema(given, given), ...own, type: 'object' };
  return COMBINATORS.some((key) => key in schema) ? flattened(schema) : schema;
}

/**
 * OpenAI takes combinators at the top and MCP servers write them ("one of these two is required"); the API takes them
 * in properties only, and refuses all tools for the sake of one. The branches' properties become the object's own,
 * what every branch requires is required, and the rule itself is told in the description.
 */
function flattened(schema: JsonObject): JsonObject {
  const { properties, required } = shapeOf(schema, schema, new Set());
  const kept = Object.entries(schema).filter(([key]) => !COMBINATORS.some((it) => it === key));
  const told = COMBINATORS.flatMap((key) =>
    key in schema ? [`${key}: ${JSON.stringify(schema[key])}`] : [],
  );
  return withTold(
    {
      ...Object.fromEntries(kept),
      properties: Object.fromEntries([...properties].map(([name, of]) => [name, oneOrAny(of)])),
      ...(required.size === 0 ? {} : { required: [...required] }),
    },
    told,
  );
}

interface Shape {
  /** What each property may be; more than one where branches differ. */
  readonly properties: Map<string, JsonValue[]>;
  readonly required: Set<string>;
}

function shapeOf(given: JsonValue, root: JsonObject, above: Set<JsonObject>): Shape {
  const shape: Shape = { properties: new Map(), required: new Set() };
  const schema = isObject(given) ? localSchema(given, root) : null;
  if (schema === null || above.has(schema)) return shape;
  const path = new Set(above).add(schema);
  if (isObject(schema['properties'])) {
    for (const [name, of] of Object.entries(schema['properties'])) shape.properties.set(name, [of ?? {}]);
  }
  const own = new Set(shape.properties.keys());
  for (const name of Array.isArray(schema['required']) ? schema['required'] : []) {
    if (typeof name === 'string') shape.required.add(name);
  }
  for (const key of COMBINATORS) {
    const listed = schema[key];
    const branches = (Array.isArray(listed) ? listed : []).map((branch) => shapeOf(branch, root, path));
    for (const [name, of] of branches.flatMap((branch) => [...branch.properties])) {
      if (!own.has(name))
        shape.properties.set(name, distinct([...(shape.properties.get(name) ?? []), ...of]));
    }
    for (const name of branches.flatMap((branch) => [...branch.required])) {
      if (key === 'allOf' || branches.every((branch) => branch.required.has(name))) shape.required.add(name);
    }
  }
  return shape;
}

function distinct(schemas: readonly JsonValue[]): JsonValue[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

function oneOrAny(schemas: JsonValue[]): JsonValue {
  return schemas.length === 1 && schemas[0] !== undefined ? schemas[0] : { anyOf: schemas };
}
