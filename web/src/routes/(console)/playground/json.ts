/** Reading what a model's answer holds: anything may be missing, or be something else. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textAt(from: Json, name: string): string | null {
  const value = from[name];
  return typeof value === 'string' ? value : null;
}

export function numberAt(from: Json, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' ? value : null;
}

/** An object that a text holds as JSON; null = it holds none. */
export function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
