import type { JsonObject, JsonValue } from '../adapter.ts';
import { contentBlocks, textBlocks } from './content.ts';
import { parseExact } from './exact-json.ts';
import {
  cacheControl,
  invalid,
  isBlock,
  isObject,
  requireArray,
  requireObject,
  requireString,
  requireText,
  type Block,
} from './fields.ts';
import { callerMembers } from './tool-calls.ts';
import type { ToolIds } from './tool-ids.ts';

/**
 * An assistant message → blocks in the API's order: thinking, server tools, text, tool calls. What this adapter
 * itself gave to the client (`thinking_blocks`, `server_tool_blocks`) is taken back as it was.
 */
export function assistantBlocks(message: JsonObject, path: string, ids: ToolIds): Block[] {
  if (message['function_call'] !== undefined && message['function_call'] !== null) {
    throw invalid(`${path}.function_call`, 'is no longer supported; use tool_calls.');
  }
  if (isObject(message['audio'])) throw invalid(`${path}.audio`, 'audio cannot be sent to this model.');
  const said = [
    ...serverBlocks(message['server_tool_blocks'], `${path}.server_tool_blocks`),
    ...spoken(message, path),
    ...toolCalls(message['tool_calls'], `${path}.tool_calls`, ids),
    ...ownCalls(message, path, ids),
  ];
  // A turn of nothing but thinking (cut off by max_tokens) may not be sent back.
  return said.length === 0 ? [] : [...thinkingBlocks(message, path), ...said];
}

function spoken(message: JsonObject, path: string): Block[] {
  const { content, refusal } = message;
  // Thinking and calls may also come as content parts, in Anthropic's own form: thinkingBlocks() and ownCalls() take those.
  const parts = Array.isArray(content)
    ? content.filter((part) => !isThinking(part) && !isBlock(part, 'tool_use'))
    : content;
  const blocks = parts === undefined || parts === null ? [] : contentBlocks(parts, path);
  return typeof refusal === 'string' ? [...blocks, ...textBlocks(refusal)] : blocks;
}

/** Only what the API can verify: thinking needs its signature. `reasoning_content` alone has none and stays here. */
function thinkingBlocks(message: JsonObject, path: string): Block[] {
  const own = message['thinking_blocks'];
  const list = own === undefined || own === null ? [] : requireArray(own, `${path}.thinking_blocks`);
  const parts = Array.isArray(message['content']) ? message['content'] : [];
  return [...list, ...parts].flatMap((value): Block[] => {
    if (!isThinking(value)) return [];
    const { thinking, signature, data } = value;
    if (value.type === 'redacted_thinking') {
      return typeof data === 'string' && data !== '' ? [{ type: 'redacted_thinking', data }] : [];
    }
    if (typeof signature !== 'string' || signature === '') return [];
    return [{ type: 'thinking', thinking: typeof thinking === 'string' ? thinking : '', signature }];
  });
}

function isThinking(value: JsonValue): value is Block {
  return isBlock(value, 'thinking') || isBlock(value, 'redacted_thinking');
}

function serverBlocks(value: JsonValue | undefined, path: string): Block[] {
  if (value === undefined || value === null) return [];
  return requireArray(value, path).map((entry, j) => {
    const block = requireObject(entry, `${path}[${j}]`);
    return { ...block, type: requireString(block['type'], `${path}[${j}].type`) };
  });
}

function toolCalls(value: JsonValue | undefined, path: string, ids: ToolIds): Block[] {
  if (value === undefined || value === null) return [];
  return requireArray(value, path).map((entry, j) => {
    const call = requireObject(entry, `${path}[${j}]`);
    if (call['type'] !== undefined && call['type'] !== 'function') {
      throw invalid(`${path}[${j}].type`, 'must be "function"; custom tool calls are not supported.');
    }
    const fn = requireObject(call['function'], `${path}[${j}].function`);
    return {
      type: 'tool_use',
      id: ids.ofCall(requireText(call['id'], `${path}[${j}].id`)),
      name: requireString(fn['name'], `${path}[${j}].function.name`),
      input: toolInput(fn['arguments'], `${path}[${j}].function.arguments`),
      ...callerMembers(call),
      ...cacheControl(call),
    };
  });
}

/** Calls among the content parts, but for those that `tool_calls` tells, too. */
function ownCalls({ content, tool_calls: listed }: JsonObject, path: string, ids: ToolIds): Block[] {
  const known = new Set((Array.isArray(listed) ? listed : []).map((call) => isObject(call) && call['id']));
  return (Array.isArray(content) ? content : []).flatMap((part, j): Block[] => {
    if (!isBlock(part, 'tool_use')) return [];
    const at = `${path}.content[${j}]`;
    const id = requireText(part['id'], `${at}.id`);
    return known.has(id)
      ? []
      : [{ ...part, id: ids.ofCall(id), input: toolInput(part['input'], `${at}.input`) }];
  });
}

/**
 * A model that was cut off, or wrote nonsense, leaves arguments that are no JSON object. Clients keep them in the history
 * beside the error that their tool gave, and OpenAI takes them; here a call has to hold an object, so the text goes into
 * one, and the conversation can go on.
 */
function toolInput(value: JsonValue | undefined, param: string): JsonObject {
  if (isObject(value)) return value;
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') throw invalid(param, 'must be a string that holds a JSON object.');
  if (value.trim() === '') return {};
  return parsedObject(value) ?? { invalid_arguments: value };
}

function parsedObject(text: string): JsonObject | null {
  try {
    const input = parseExact(text);
    return isObject(input) ? input : null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
