import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject } from './fields.ts';

/** What the API's structured outputs understand; anything else in a schema is answered with 400. */
const KEPT = new Set([
  '$ref', '$defs', 'definitions', 'type', 'title', 'description', 'enum', 'const', 'anyOf', 'allOf',
  'properties', 'required', 'additionalProperties', 'items', 'default',
]); // prettier-ignore
const STRING_FORMATS = new Set([
  'date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid',
]); // prettier-ignore

/**
 * A JSON schema as OpenAI's strict mode takes it → one that Anthropic's takes: objects are closed, `oneOf` becomes
 * `anyOf`, and limits that cannot be enforced (minimum, maxLength, pattern …) move into the description, where the
 * model reads them. The same rules as the helper of Anthropic's own SDK.
 */
export function strictSchema(value: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(value)) return value;
  const kept: [string, JsonValue | undefined][] = [];
  const told: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (isEnforced(key, member)) kept.push([key, translateMember(key, member)]);
    else if (key === 'oneOf' && !('anyOf' in value)) kept.push(['anyOf', translateMember('anyOf', member)]);
    else if (key !== '$schema') told.push(`${key}: ${JSON.stringify(member)}`);
  }
  const schema = Object.fromEntries(kept);
  if (isObjectSchema(value)) schema['additionalProperties'] = false;
  return withTold(schema, told);
}

/** Rules that have no member of their own on the wire are told to the model in the description. */
export function withTold(schema: JsonObject, rules: readonly string[]): JsonObject {
  if (rules.length === 0) return schema;
  const own = typeof schema['description'] === 'string' ? `${schema['description']}\n\n` : '';
  return { ...schema, description: `${own}{${rules.join(', ')}}` };
}

/** What a schema's `$ref` leads to within `root`, the schema itself if it has none; null = it leads nowhere there. */
export function localSchema(schema: JsonObject, root: JsonObject): JsonObject | null {
  const ref = schema['$ref'];
  if (ref === undefined) return schema;
  if (ref === '#') return root;
  const [, list, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(typeof ref === 'string' ? ref : '') ?? [];
  const named = isObject(root[list ?? '']) ? root[list ?? ''] : null;
  const found = isObject(named) && name !== undefined && Object.hasOwn(named, name) ? named[name] : null;
  return isObject(found) ? found : null;
}

function isEnforced(key: string, member: JsonValue | undefined): boolean {
  if (key === 'format') return typeof member === 'string' && STRING_FORMATS.has(member);
  if (key === 'minItems') return member === 0 || member === 1;
  return KEPT.has(key);
}

function translateMember(key: string, member: JsonValue | undefined): JsonValue | undefined {
  if (key === 'items') return strictSchema(member);
  if (key === 'anyOf' || key === 'allOf') {
    return Array.isArray(member) ? member.map((entry) => strictSchema(entry) ?? null) : member;
  }
  if ((key === 'properties' || key === '$defs' || key === 'definitions') && isObject(member)) {
    return Object.fromEntries(Object.entries(member).map(([name, entry]) => [name, strictSchema(entry)]));
  }
  return member;
}

function isObjectSchema(schema: JsonObject): boolean {
  const { type } = schema;
  return (
    type === 'object' || (Array.isArray(type) && type.includes('object')) || isObject(schema['properties'])
  );
}
