import type { JsonObject } from '../adapter.ts';
import { isObject } from './fields.ts';

/** Who called (code that ran on the server) and the toolset of a call: kept, because the API wants them back. */
export function callerMembers(source: JsonObject): JsonObject {
  const { caller, toolset_name: toolset } = source;
  return {
    ...(isObject(caller) && caller['type'] !== 'direct' ? { caller } : {}),
    ...(typeof toolset === 'string' ? { toolset_name: toolset } : {}),
  };
}

/** `tool_use` → a tool call of OpenAI's shape with these arguments (JSON text). */
export function toolCall(block: JsonObject, text: string): JsonObject {
  return {
    id: block['id'] ?? '',
    type: 'function',
    function: { name: block['name'] ?? '', arguments: text },
    ...callerMembers(block),
  };
}
