import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject } from './fields.ts';

/** A paused turn has an answer so far; sending it back continues it. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/**
 * `stop_reason` → `finish_reason`. Other makers' servers of this wire end a turn with calls as any other; clients run
 * the calls only after "tool_calls".
 */
export function finishReason(stopReason: JsonValue | undefined, hasToolCalls: boolean): string {
  const isKnown = typeof stopReason === 'string' && Object.hasOwn(FINISH_REASONS, stopReason);
  const reason = isKnown ? FINISH_REASONS[stopReason] : undefined;
  return reason === undefined || reason === 'stop' ? (hasToolCalls ? 'tool_calls' : 'stop') : reason;
}

/** The text for `message.refusal`; null when the model did not refuse. */
export function refusalText(source: JsonObject): string | null {
  if (source['stop_reason'] !== 'refusal') return null;
  const details = source['stop_details'];
  const explanation = isObject(details) ? details['explanation'] : null;
  return typeof explanation === 'string' && explanation !== '' ? explanation : 'The model refused to answer.';
}

/** What OpenAI's choice has no place for, under Anthropic's own names and only when it says something. */
export function stopDetails(source: JsonObject): JsonObject {
  const { stop_reason: reason, stop_sequence: sequence, stop_details: details } = source;
  return {
    ...(reason === 'pause_turn' || reason === 'model_context_window_exceeded' ? { stop_reason: reason } : {}),
    ...(typeof sequence === 'string' ? { stop_sequence: sequence } : {}),
    ...(isObject(details) ? { stop_details: details } : {}),
  };
}
