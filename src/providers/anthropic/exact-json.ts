import type { JsonValue } from '../adapter.ts';

/** ECMAScript's "JSON.parse source text access": in Node since 22, not yet in TypeScript's ES2024 library. */
interface SourceTextJson {
  rawJSON(text: string): object;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}

/** Text without any of these has no number that a double cannot hold. */
const MAY_LOSE_DIGITS = /\d{16}|\d\.\d{15}|\d[eE][+-]?\d/;

/**
 * JSON.parse that keeps numbers which a double would change (ids of 19 digits): they come back as raw JSON, which
 * JSON.stringify writes as it was. Tool arguments pass through here in both directions. Throws SyntaxError.
 */
export function parseExact(text: string): JsonValue {
  if (!MAY_LOSE_DIGITS.test(text)) return JSON.parse(text) as JsonValue;
  const json = JSON as unknown as SourceTextJson; // reason: see SourceTextJson
  return json.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && isChanged(value, context.source)
      ? json.rawJSON(context.source)
      : value,
  ) as JsonValue;
}

function isChanged(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  const digits = source.replace(/[eE].*$/, '').replace(/\D/g, '').length;
  return digits > 15 && String(value) !== source;
}
