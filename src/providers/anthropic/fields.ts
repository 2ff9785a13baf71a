import { AppError } from '../../errors.ts';
import { isObject } from '../../json-object.ts';
import type { JsonObject, JsonValue } from '../adapter.ts';

export { isObject } from '../../json-object.ts';

/** A block of Anthropic's content, a tool, a turn: an object that goes on the wire. */
export type Block = JsonObject & { type: string };

type Field = JsonValue | undefined;

export function isBlock(value: Field, type: string): value is Block {
  return isObject(value) && value['type'] === type;
}

/** The one way in which this adapter refuses a request: 400, with the path of what is wrong. */
export function invalid(param: string, message: string): AppError {
  return new AppError('invalid_request', `${param}: ${message}`, { param });
}

export function requireObject(value: Field, param: string): JsonObject {
  if (isObject(value)) return value;
  throw invalid(param, 'must be an object.');
}

export function requireArray(value: Field, param: string): JsonValue[] {
  if (Array.isArray(value)) return value;
  throw invalid(param, 'must be an array.');
}

/** A string that is not empty. */
export function requireString(value: Field, param: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(param, 'must be a string that is not empty.');
}

/** A string, be it empty. */
export function requireText(value: Field, param: string): string {
  if (typeof value === 'string') return value;
  throw invalid(param, 'must be a string.');
}

/** Null, as OpenAI's clients write it, and absent are the same. */
export function optionalNumber(value: Field, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  throw invalid(param, 'must be a number.');
}

export function optionalBoolean(value: Field, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalid(param, 'must be true or false.');
}

/** `cache_control` as the client wrote it, ready to be spread into a block. */
export function cacheControl(source: JsonObject): { cache_control?: JsonObject } {
  return isObject(source['cache_control']) ? { cache_control: source['cache_control'] } : {};
}

export function textBlock(text: string): Block {
  return { type: 'text', text };
}
