import { isObject, type JsonObject } from '../../json-object.ts';

/** JSON text as a value; undefined = it is none. For answers of providers: never trust, never throw. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

/** A string with something in it. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** What the log can hold; nothing that is counted in tokens comes near. */
const LARGEST_COUNT = 2_147_483_647;

/** A count: not negative, not beyond belief, made whole; null = it is none. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= LARGEST_COUNT ? Math.floor(value) : null;
}

/** The first of the members that is a count above zero. */
export function firstCount(object: JsonObject, ...names: readonly string[]): number | null {
  for (const name of names) {
    const count = asCount(object[name]);
    if (count !== null && count > 0) return count;
  }
  return null;
}
