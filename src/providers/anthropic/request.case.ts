import type { ChatCall, JsonObject } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { chatRequest } from './request.ts';

export const USER = { role: 'user', content: 'Hi' };
export const TOOL = {
  type: 'function',
  function: { name: 'f', parameters: { type: 'object', properties: {} } },
};
/** A tool call and its result, whose thinking the client did not keep. */
export const LOOP = [
  USER,
  {
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'done' },
];

/** The body as text: for what only the bytes show. */
export function sentText(json: object, more: Partial<ChatCall> = {}): string {
  const call = callOf({ model: 'claude-sonnet-4-5', messages: [USER], ...json }, more);
  return String(chatRequest(endpointOf('https://api.anthropic.com'), call).body);
}

/** What goes upstream for this request. */
export function sent(json: object, more: Partial<ChatCall> = {}): JsonObject {
  return JSON.parse(sentText(json, more)) as JsonObject;
}
