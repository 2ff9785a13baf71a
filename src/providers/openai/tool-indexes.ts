import type { JsonObject, JsonValue } from '../adapter.ts';
import { asObject, asText, parseJson } from './fields.ts';

const CALLS = Buffer.from('"tool_calls"');
const NAME = Buffer.from('"name"');

interface Call {
  readonly id: string | null;
  /** The index that the client is told. */
  readonly index: number;
}

/** The calls of one choice. */
interface Choice {
  /** The last call by the index that the server gave it. */
  readonly open: Map<JsonValue | undefined, Call>;
  readonly taken: Set<number>;
}

/**
 * Tells the tool calls of one stream apart. Clients put them together by `index`, and Gemini's compatible API says 0
 * for all of them, other servers say nothing. A call begins with an id and a name, or with a name where there are no
 * indexes: it gets the next free index where another has its own, or it has none. Chunks that are well stay the bytes
 * that they are.
 */
export class ToolIndexes {
  readonly #choices = new Map<JsonValue | undefined, Choice>();
  #hasChanged = false;

  /** The event of a chunk with its calls renumbered; null = it is well as it came. */
  renumbered(data: Buffer): Buffer | null {
    // The pieces that follow a head have no name: they matter only once something was wrong.
    if (!data.includes(CALLS) || !(this.#hasChanged || data.includes(NAME))) return null;
    const chunk = asObject(parseJson(data));
    let isChanged = false;
    for (const choice of objectsOf(chunk?.['choices'])) {
      const known = this.#choiceOf(choice['index']);
      for (const piece of objectsOf(asObject(choice['delta'])?.['tool_calls'])) {
        const { index } = callOf(piece, known);
        if (piece['index'] === index) continue;
        piece['index'] = index;
        isChanged = true;
      }
    }
    this.#hasChanged ||= isChanged;
    return isChanged ? Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`) : null;
  }

  #choiceOf(index: JsonValue | undefined): Choice {
    const known = this.#choices.get(index) ?? { open: new Map(), taken: new Set() };
    this.#choices.set(index, known);
    return known;
  }
}

/** The call that a piece belongs to: one more, or the last that the server gave this index. */
function callOf(piece: JsonObject, { open, taken }: Choice): Call {
  const { index: given } = piece;
  const before = open.get(given);
  const id = asText(piece['id']);
  const isNamed = asText(asObject(piece['function'])?.['name']) !== null;
  const isHead = isNamed && (id !== null || given === undefined);
  if (before !== undefined && (!isHead || (id !== null && before.id === id))) return before;
  let index = typeof given === 'number' && !taken.has(given) ? given : taken.size;
  while (taken.has(index)) index++;
  const call = { id: isHead ? id : null, index };
  open.set(given, call);
  taken.add(call.index);
  return call;
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(asObject).filter((entry) => entry !== null) : [];
}
