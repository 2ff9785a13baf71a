import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject, requireObject } from './fields.ts';
import { localSchema, withTold } from './schema.ts';

const COMBINATORS = ['allOf', 'anyOf', 'oneOf'] as const;
/** References make a small text large: what lies deeper, or beyond so many branches and members, is told only. */
const MAX_DEPTH = 50;
const MAX_STEPS = 10_000;

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
  const { properties, required } = shapeOf(schema, { root: schema, above: new Set(), steps: MAX_STEPS });
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
  readonly properties: Map<string, Set<JsonValue>>;
  readonly required: Set<string>;
}

interface Walk {
  readonly root: JsonObject;
  /** The schemas that the one at hand lies in. */
  readonly above: Set<JsonObject>;
  /** How many are left. */
  steps: number;
}

function shapeOf(given: JsonValue, walk: Walk): Shape {
  const { above } = walk;
  const shape: Shape = { properties: new Map(), required: new Set() };
  const schema = isObject(given) ? localSchema(given, walk.root) : null;
  if (schema === null || above.has(schema) || above.size === MAX_DEPTH) return shape;
  above.add(schema);
  if (isObject(schema['properties'])) {
    for (const [name, of] of Object.entries(schema['properties'])) {
      shape.properties.set(name, new Set([of ?? {}]));
    }
  }
  const own = new Set(shape.properties.keys());
  for (const name of Array.isArray(schema['required']) ? schema['required'] : []) {
    if (typeof name === 'string') shape.required.add(name);
  }
  for (const key of COMBINATORS) {
    const listed = schema[key];
    addBranches(shape, own, { isAll: key === 'allOf', listed: Array.isArray(listed) ? listed : [] }, walk);
  }
  above.delete(schema);
  return shape;
}

function addBranches(
  { properties, required }: Shape,
  own: ReadonlySet<string>,
  { isAll, listed }: { readonly isAll: boolean; readonly listed: readonly JsonValue[] },
  walk: Walk,
): void {
  /** How many branches require a name. */
  const demands = new Map<string, number>();
  for (const branch of listed) {
    if (walk.steps <= 0) break;
    const shape = shapeOf(branch, walk);
    walk.steps -= 1 + shape.properties.size + shape.required.size;
    for (const [name, of] of shape.properties) {
      if (own.has(name)) continue;
      const all = properties.get(name) ?? new Set();
      for (const one of of) all.add(one);
      properties.set(name, all);
    }
    for (const name of shape.required) demands.set(name, (demands.get(name) ?? 0) + 1);
  }
  for (const [name, count] of demands) if (isAll || count === listed.length) required.add(name);
}

function oneOrAny(of: ReadonlySet<JsonValue>): JsonValue {
  const distinct = [...new Map([...of].map((schema) => [JSON.stringify(schema), schema])).values()];
  return distinct.length === 1 && distinct[0] !== undefined ? distinct[0] : { anyOf: distinct };
}
