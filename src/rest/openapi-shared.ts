import type { JsonSchema } from './json-schema.ts';
import type { OpenApi } from './openapi.ts';

/**
 * Gives what several answers have in common a name of its own under `components`: objects with the same title and the
 * same members. The shape that is met most often gets the title as its name; others stay where they are.
 */
export function shareSchemas(document: OpenApi): OpenApi {
  const counts = new Map<string, Map<string, number>>();
  rewrite(document.paths, (schema) => {
    const shapes = counts.get(schema.title ?? '') ?? new Map<string, number>();
    const shape = JSON.stringify(schema);
    shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
    counts.set(schema.title ?? '', shapes);
    return schema;
  });
  const names = new Map<string, string>();
  for (const [title, shapes] of counts) {
    const [most] = [...shapes].toSorted(([, a], [, b]) => b - a);
    const taken = Object.hasOwn(document.components.schemas, title);
    if (most !== undefined && most[1] > 1 && !taken) names.set(most[0], title);
  }
  const shared = new Map<string, JsonSchema>();
  const paths = rewrite(document.paths, (schema, original) => {
    const name = names.get(JSON.stringify(original));
    if (name === undefined) return schema;
    const { title: _, ...rest } = schema;
    shared.set(name, rest);
    return { $ref: `#/components/schemas/${name}` };
  });
  const schemas = { ...document.components.schemas, ...Object.fromEntries(shared) };
  const sorted = Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...document, paths, components: { ...document.components, schemas: Object.fromEntries(sorted) } };
}

/** A copy in which every schema with a title is what `change` makes of it, innermost first. */
function rewrite<Value>(
  value: Value,
  change: (schema: JsonSchema, original: JsonSchema) => JsonSchema,
): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => rewrite(item, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [name, rewrite(member, change)]),
  ) as Value & object;
  return isTitled(value) ? (change(copy, value) as Value) : copy;
}

function isTitled(value: object): value is JsonSchema & { readonly title: string } {
  return 'title' in value && typeof value.title === 'string' && 'properties' in value;
}
