import { isObject } from '../json-object.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Deep enough for any setting; shallow enough that nobody who walks the value runs out of stack. */
const MAX_DEPTH = 64;

/** Whether a value came from JSON (no undefined, no NaN, no class instances) and is nested at most 64 deep. */
export function isJsonValue(value: unknown, depth = 0): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === MAX_DEPTH) return false;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.every((member) => isJsonValue(member, depth + 1));
}

export function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value) && isJsonValue(value);
}
