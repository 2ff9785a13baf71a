import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject } from './fields.ts';
import { localSchema } from './schema.ts';

const LISTS = ['anyOf', 'oneOf', 'allOf'] as const;
/** One of these says what a value is; without, it may be anything. */
const KINDS = ['type', 'enum', 'const', '$ref', 'properties', ...LISTS] as const;

/** Through references, too; no schema that a program was written for comes near it. */
const MAX_DEPTH = 100;

/**
 * Whether structured outputs can hold a model to this schema. They know closed objects only, so that a map would stay
 * empty for ever, and refuse what contains itself, references in `allOf`, values of any kind and enums of objects.
 */
export function canEnforce(root: JsonObject): boolean {
  const known = new Set<JsonObject>();
  /** The schemas that the one at hand lies in. */
  const above = new Set<JsonObject>();
  const check = (value: JsonValue | undefined): boolean => {
    if (!isObject(value)) return false;
    const schema = localSchema(value, root);
    if (schema === null || above.has(schema) || above.size === MAX_DEPTH || isOpen(schema)) return false;
    if (known.has(schema)) return true;
    above.add(schema);
    if (!partsOf(schema).every(check)) return false;
    above.delete(schema);
    known.add(schema);
    return true;
  };
  return [root, ...valuesOf(root['$defs']), ...valuesOf(root['definitions'])].every(check);
}

/** The schemas that lie directly in one. */
export function partsOf(schema: JsonObject): (JsonValue | undefined)[] {
  const listed = LISTS.flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
  return [...valuesOf(schema['properties']), ...listed, ...('items' in schema ? [schema['items']] : [])];
}

function isOpen(schema: JsonObject): boolean {
  const { type, enum: values, properties, additionalProperties: more, allOf } = schema;
  if (!KINDS.some((key) => key in schema)) return true;
  if (Array.isArray(values) && values.some((value) => typeof value === 'object' && value !== null))
    return true;
  if (Array.isArray(allOf) && allOf.some((part) => isObject(part) && '$ref' in part)) return true;
  const isObjectType = type === 'object' || (Array.isArray(type) && type.includes('object'));
  const hasOwn = valuesOf(properties).length > 0;
  return (
    isObject(more) ||
    (isObjectType && !hasOwn && more !== false && (more === true || properties === undefined))
  );
}

function valuesOf(value: JsonValue | undefined): (JsonValue | undefined)[] {
  return isObject(value) ? Object.values(value) : [];
}
