import type { JsonObject, JsonValue } from '../adapter.ts';
import { canEnforce, partsOf } from './enforceable.ts';
import { isObject } from './fields.ts';
import type { ModelTraits } from './model.ts';
import { localSchema } from './schema.ts';

/** Parameters that cost the API's grammar the most. */
interface Cost {
  readonly optional: number;
  readonly unions: number;
}

/**
 * What the strict schemas of one request may hold together (page "Structured outputs", complexity limits): beyond it
 * the API refuses the whole request. OpenAI has no such limits, and its agents make every tool strict.
 */
export class StrictBudget {
  readonly #traits: ModelTraits;
  #tools = 20;
  #optional = 24;
  #unions = 16;

  constructor(traits: ModelTraits) {
    this.#traits = traits;
  }

  /** Whether the API can enforce this schema beside those that were taken before; if so, it is taken. */
  takes(schema: JsonObject, isTool: boolean): boolean {
    if (!this.#traits.structuredOutputs || !canEnforce(schema)) return false;
    const tools = isTool ? 1 : 0;
    const { optional, unions } = costOf(schema, schema, new Map());
    if (tools > this.#tools || optional > this.#optional || unions > this.#unions) return false;
    this.#tools -= tools;
    this.#optional -= optional;
    this.#unions -= unions;
    return true;
  }
}

/** Of a schema that comes to an end, what it refers to counted each time. */
function costOf(given: JsonValue | undefined, root: JsonObject, known: Map<JsonObject, Cost>): Cost {
  const schema = isObject(given) ? localSchema(given, root) : null;
  if (schema === null) return { optional: 0, unions: 0 };
  const before = known.get(schema);
  if (before !== undefined) return before;
  const names = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const isUnion = Array.isArray(schema['type']) || 'anyOf' in schema || 'oneOf' in schema;
  let optional = names.filter((name) => !required.has(name)).length;
  let unions = isUnion ? 1 : 0;
  for (const part of partsOf(schema)) {
    const cost = costOf(part, root, known);
    optional += cost.optional;
    unions += cost.unions;
  }
  known.set(schema, { optional, unions });
  return { optional, unions };
}
