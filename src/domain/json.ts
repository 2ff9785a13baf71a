import { z } from 'zod';

const object = z.record(z.string(), z.json());

export type Json = z.output<ReturnType<typeof z.json>>;
export type JsonMembers = z.output<typeof object>;

/** A plain JSON object of what is given: dates become ISO 8601, what JSON cannot hold is dropped. */
export function toJsonObject(value: unknown): JsonMembers {
  return object.parse(JSON.parse(JSON.stringify(value)));
}

/** Reads text that should hold a JSON object; null = it does not. */
export function parseJsonObject(text: string): JsonMembers | null {
  try {
    return object.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
