import { isObject } from '../json-object.ts';

/**
 * JSON columns as they are found. What has another shape than the domain writes counts as empty: one odd row must
 * not keep the rest from serving. No schema library here: names like `__proto__` are names like any other.
 */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

export function readStrings(text: string): readonly string[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
