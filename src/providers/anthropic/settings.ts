import type { ChatCall, JsonObject, JsonValue } from '../adapter.ts';
import {
  invalid,
  isObject,
  optionalNumber,
  requireArray,
  requireObject,
  requireString,
  textBlock,
  type Block,
} from './fields.ts';
import type { ModelTraits } from './model.ts';
import { strictSchema } from './schema.ts';
import type { StrictBudget } from './strict-budget.ts';

/**
 * The wire requires `max_tokens`: the client's (clamped by the gateway), else the model's maximum, else what every
 * model of its generation accepts.
 */
export function maxTokens(call: ChatCall, json: JsonObject, traits: ModelTraits): number {
  const asked =
    call.maxCompletionTokens ??
    tokenCount(json['max_completion_tokens'], 'max_completion_tokens') ??
    call.maxTokens ??
    tokenCount(json['max_tokens'], 'max_tokens');
  if (asked !== undefined) return asked;
  if (call.modelMaxOutputTokens !== null) return call.modelMaxOutputTokens;
  const thinking = json['thinking'];
  const budget =
    isObject(thinking) && typeof thinking['budget_tokens'] === 'number' ? thinking['budget_tokens'] : 0;
  return Math.max(traits.defaultMaxTokens, budget + 4096);
}

function tokenCount(value: JsonValue | undefined, param: string): number | undefined {
  const count = optionalNumber(value, param);
  // What clients of local servers write for "no limit".
  if (count === -1) return undefined;
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return count;
  throw invalid(param, 'must be a whole number of tokens.');
}

/**
 * Sampling, as far as the model takes it. OpenAI's temperature goes to 2, Anthropic's to 1. What the model's
 * generation refuses is left out: it would turn every request of a client that always sends it into a 400.
 */
export function sampling(json: JsonObject, traits: ModelTraits, isThinking: boolean): JsonObject {
  const temperature = optionalNumber(json['temperature'], 'temperature');
  const topP = optionalNumber(json['top_p'], 'top_p');
  const topK = optionalNumber(json['top_k'], 'top_k');
  if (temperature !== undefined && (temperature < 0 || temperature > 2)) {
    throw invalid('temperature', 'must be between 0 and 2.');
  }
  if (traits.sampling === 'none') return {};
  // With thinking on, the API allows only top_p, and that from 0.95.
  if (isThinking) return topP !== undefined && topP >= 0.95 ? { top_p: topP } : {};
  const isOne = traits.sampling === 'one' && temperature !== undefined;
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    ...(topP === undefined || isOne ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

/** `stop`: a string or strings. `stop_sequences`, Anthropic's own name, is taken where `stop` is absent. */
export function stopSequences(json: JsonObject): { stop_sequences?: string[] } {
  const param = json['stop'] === undefined || json['stop'] === null ? 'stop_sequences' : 'stop';
  const value = json[param];
  if (value === undefined || value === null) return {};
  const list = typeof value === 'string' ? [value] : requireArray(value, param);
  const stops = list.map((entry, i) => {
    const stop = requireString(entry, `${param}[${i}]`);
    if (stop.trim() !== '') return stop;
    throw invalid(`${param}[${i}]`, 'must hold more than white space; this model stops at nothing less.');
  });
  return stops.length === 0 ? {} : { stop_sequences: stops };
}

export interface OutputFormat {
  readonly format?: JsonObject;
  /** For what the wire has no field: said to the model, after the client's own system blocks. */
  readonly instruction: Block[];
}

/** `response_format`. Plain JSON mode has no counterpart on the wire, old models have no schemas, no model has all. */
export function outputFormat(value: JsonValue | undefined, budget: StrictBudget): OutputFormat {
  if (value === undefined || value === null) return { instruction: [] };
  const format = requireObject(value, 'response_format');
  switch (format['type']) {
    case 'text':
      return { instruction: [] };
    case 'json_object':
      return { instruction: [textBlock(JSON_ONLY)] };
    case 'json_schema': {
      const wrapper = requireObject(format['json_schema'] ?? format['schema'], 'response_format.json_schema');
      const own = format['json_schema'] === undefined ? wrapper : wrapper['schema'];
      const schema = requireObject(own, 'response_format.json_schema.schema');
      if (!budget.takes(schema, false)) {
        return {
          instruction: [textBlock(`${JSON_ONLY} It must match this JSON schema:\n${JSON.stringify(schema)}`)],
        };
      }
      return { format: { type: 'json_schema', schema: strictSchema(schema) }, instruction: [] };
    }
    default:
      throw invalid('response_format.type', 'must be text, json_object or json_schema.');
  }
}

const JSON_ONLY = 'Answer with one valid JSON object only: no text before or after it, no code fence.';
