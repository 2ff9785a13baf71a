import type { JsonObject, JsonValue } from './adapter.ts';
import { isObject } from './json-object.ts';

/** OpenRouter's kinds of entries (its guide "Reasoning tokens", "Preserving reasoning"); others are left alone. */
const KINDS: ReadonlySet<string> = new Set(['reasoning.text', 'reasoning.summary', 'reasoning.encrypted']);
/** What a stream tells in pieces; of every other member the last word counts. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'summary']);
/** May also come again as a whole. */
const SEALS: ReadonlySet<string> = new Set(['data', 'signature']);

/**
 * `reasoning_details` as the deltas of a stream listed them, put together: pieces of one entry have its type and
 * index. Providers check the signature of the whole text, so a client that sends back pieces is refused. Two ids are
 * two entries (Gemini's calls share an index), and without an index each is whole.
 */
export function mergeDetails(listed: readonly JsonValue[]): JsonValue[] {
  const open = new Map<string, JsonObject>();
  const merged: JsonValue[] = [];
  for (const piece of listed) {
    const key = isObject(piece) ? keyOf(piece) : null;
    if (!isObject(piece) || key === null) {
      merged.push(piece);
      continue;
    }
    const known = open.get(key);
    if (known !== undefined && !haveTwoIds(known, piece)) add(known, piece);
    else {
      const entry = { ...piece };
      open.set(key, entry);
      merged.push(entry);
    }
  }
  return merged;
}

function keyOf({ type, index }: JsonObject): string | null {
  return typeof type === 'string' && KINDS.has(type) && typeof index === 'number' ? `${type} ${index}` : null;
}

function haveTwoIds(known: JsonObject, piece: JsonObject): boolean {
  const ids = [known['id'], piece['id']];
  return ids.every((id) => typeof id === 'string' && id !== '') && ids[0] !== ids[1];
}

function add(entry: JsonObject, piece: JsonObject): void {
  for (const [name, more] of Object.entries(piece)) {
    const known = entry[name];
    const areTexts = typeof known === 'string' && typeof more === 'string';
    if (areTexts && (TEXTS.has(name) || (SEALS.has(name) && known !== more))) entry[name] = known + more;
    else if (known === undefined || (more !== null && more !== undefined && more !== '')) entry[name] = more;
  }
}
