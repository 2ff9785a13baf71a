import type { JsonObject, JsonValue } from '../adapter.ts';
import { asObject, asText } from '../openai/fields.ts';

/** Schemas that contain themselves end here. */
const DEEPEST = 12;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2025-01-01',
  time: '12:00:00Z',
  'date-time': '2025-01-01T12:00:00Z',
  duration: 'P1D',
  email: 'prism@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

/**
 * The smallest value that a JSON schema allows: the members it requires, or all of them when `full` (what a
 * model does with a tool's parameters). `pattern` and conditions are not looked at.
 */
export function instanceOf(schema: unknown, full = false): JsonValue {
  const root = asObject(schema) ?? {};
  return build(root, '', 0);

  function build(given: unknown, name: string, depth: number): JsonValue {
    const node = resolve(asObject(given) ?? {});
    if (node['const'] !== undefined) return node['const'];
    const choices = node['enum'];
    if (Array.isArray(choices) && choices[0] !== undefined) return choices[0];
    const variants = node['anyOf'] ?? node['oneOf'];
    if (Array.isArray(variants) && variants.length > 0) return build(variants[0], name, depth + 1);
    const all = node['allOf'];
    if (Array.isArray(all)) return build(merge(node, all), name, depth + 1);
    const type = Array.isArray(node['type']) ? node['type'].find((each) => each !== 'null') : node['type'];
    if (type === 'object' || asObject(node['properties'])) return buildObject(node, depth);
    if (type === 'array') return buildArray(node, name, depth);
    if (type === 'string') return buildString(node, name);
    if (type === 'integer' || type === 'number') return buildNumber(node, type === 'integer');
    if (type === 'boolean') return true;
    return type === undefined ? {} : null;
  }

  function resolve(node: JsonObject): JsonObject {
    const ref = asText(node['$ref']);
    if (ref === null || !ref.startsWith('#')) return node;
    let target: JsonValue | undefined = root;
    for (const part of ref.slice(2).split('/')) {
      if (part !== '') target = asObject(target)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    const found = asObject(target) ?? {};
    return found['$ref'] === undefined ? found : {};
  }

  function merge(node: JsonObject, parts: readonly JsonValue[]): JsonObject {
    const merged: JsonObject = { ...node, allOf: undefined };
    for (const part of parts) {
      const each = resolve(asObject(part) ?? {});
      const properties = { ...asObject(merged['properties']), ...asObject(each['properties']) };
      const required = [...listOf(merged['required']), ...listOf(each['required'])];
      Object.assign(merged, each, { properties, required });
    }
    return merged;
  }

  function buildObject(node: JsonObject, depth: number): JsonObject {
    const properties = asObject(node['properties']) ?? {};
    const required = listOf(node['required']).filter((key) => typeof key === 'string');
    const keys =
      full && depth < DEEPEST / 2 ? [...new Set([...Object.keys(properties), ...required])] : required;
    const object: JsonObject = {};
    if (depth < DEEPEST) for (const key of keys) object[key] = build(properties[key], key, depth + 1);
    return object;
  }

  function buildArray(node: JsonObject, name: string, depth: number): JsonValue[] {
    const least = typeof node['minItems'] === 'number' ? node['minItems'] : full ? 1 : 0;
    if (depth >= DEEPEST) return [];
    return Array.from({ length: Math.min(least, 100) }, () => build(node['items'], name, depth + 1));
  }
}

function buildString(node: JsonObject, name: string): string {
  const format = asText(node['format']);
  if (format !== null && Object.hasOwn(FORMATS, format)) return FORMATS[format] ?? '';
  const least = typeof node['minLength'] === 'number' ? Math.min(node['minLength'], 10_000) : 0;
  const most = typeof node['maxLength'] === 'number' ? node['maxLength'] : 10_000;
  return `simulated ${name}`.trim().padEnd(least, '.').slice(0, most);
}

function buildNumber(node: JsonObject, whole: boolean): number {
  const step =
    typeof node['multipleOf'] === 'number' && node['multipleOf'] > 0 ? node['multipleOf'] : whole ? 1 : 0.5;
  const above = typeof node['exclusiveMinimum'] === 'number' ? node['exclusiveMinimum'] + step : null;
  const least = above ?? (typeof node['minimum'] === 'number' ? node['minimum'] : null);
  const most = typeof node['maximum'] === 'number' ? node['maximum'] : null;
  const value = Math.ceil((least ?? Math.min(step, most ?? step)) / step) * step;
  return most === null ? value : Math.min(value, most);
}

function listOf(value: unknown): JsonValue[] {
  return Array.isArray(value) ? (value as JsonValue[]) : [];
}
