import type { JsonObject, JsonValue } from '../adapter.ts';
import {
  cacheControl,
  invalid,
  isObject,
  optionalBoolean,
  requireArray,
  requireObject,
  requireString,
} from './fields.ts';
import type { Turn } from './messages.ts';
import { inputSchema } from './input-schema.ts';
import { strictSchema } from './schema.ts';
import type { StrictBudget } from './strict-budget.ts';

export interface ToolSettings {
  readonly tools?: JsonObject[];
  readonly tool_choice?: JsonObject;
}

/** `tools`, `tool_choice` and `parallel_tool_calls` → the API's `tools` and `tool_choice`. */
export function translateTools(
  json: JsonObject,
  messages: readonly Turn[],
  budget: StrictBudget,
): ToolSettings {
  for (const old of ['functions', 'function_call']) {
    if (json[old] !== undefined && json[old] !== null) {
      throw invalid(old, 'is no longer supported; use tools and tool_choice.');
    }
  }
  const given =
    json['tools'] === undefined || json['tools'] === null ? [] : requireArray(json['tools'], 'tools');
  const tools = onceEach(given.map((tool, i) => translateTool(tool, `tools[${i}]`, budget)));
  if (tools.length === 0) return toolsOfHistory(messages);
  const choice = translateChoice(json['tool_choice'], tools);
  const parallel = optionalBoolean(json['parallel_tool_calls'], 'parallel_tool_calls');
  if (parallel !== false || choice.tool_choice?.['type'] === 'none') return { tools, ...choice };
  const single = { type: 'auto', ...choice.tool_choice, disable_parallel_tool_use: true };
  return { tools, ...choice, tool_choice: single };
}

/** The API refuses a name that comes twice. As in a client's own table of tools, the last definition counts. */
function onceEach(tools: readonly JsonObject[]): JsonObject[] {
  return [...new Map(tools.map((tool) => [tool['name'] ?? tool, tool])).values()];
}

function translateTool(value: JsonValue, path: string, budget: StrictBudget): JsonObject {
  const tool = requireObject(value, path);
  const type = tool['type'];
  if (type !== 'function') {
    // Anthropic's own tools (web_search_…, bash_…, or a name with an input_schema) go through untouched.
    const isNative =
      type === 'custom' ? isObject(tool['input_schema']) : typeof type === 'string' && type !== '';
    if (isNative || (type === undefined && isObject(tool['input_schema']))) return tool;
    throw invalid(`${path}.type`, 'must be "function", or one of Anthropic\'s own tool types.');
  }
  const fn = requireObject(tool['function'], `${path}.function`);
  const description = fn['description'];
  if (description !== undefined && description !== null && typeof description !== 'string') {
    throw invalid(`${path}.function.description`, 'must be a string.');
  }
  const schema = inputSchema(fn['parameters'], `${path}.function.parameters`);
  const isStrict =
    optionalBoolean(fn['strict'], `${path}.function.strict`) === true && budget.takes(schema, true);
  return {
    name: requireString(fn['name'], `${path}.function.name`),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    input_schema: isStrict ? (strictSchema(schema) ?? schema) : schema,
    ...(isStrict ? { strict: true } : {}),
    ...cacheControl(fn),
    ...cacheControl(tool),
  };
}

function translateChoice(value: JsonValue | undefined, tools: JsonObject[]): ToolSettings {
  if (value === undefined || value === null) return {};
  if (value === 'auto' || value === 'none') return { tool_choice: { type: value } };
  if (value === 'required' || value === 'any') return { tool_choice: { type: 'any' } };
  if (!isObject(value)) throw invalid('tool_choice', 'must be "auto", "none", "required" or a function.');
  switch (value['type']) {
    case 'function': {
      const fn = requireObject(value['function'], 'tool_choice.function');
      return { tool_choice: { type: 'tool', name: requireString(fn['name'], 'tool_choice.function.name') } };
    }
    case 'allowed_tools':
      return allowedTools(requireObject(value['allowed_tools'], 'tool_choice.allowed_tools'), tools);
    case 'auto':
    case 'any':
    case 'tool':
    case 'none':
      return { tool_choice: value };
    default:
      throw invalid('tool_choice.type', 'must be "function" or "allowed_tools".');
  }
}

/** The API has no such choice, but leaving the other tools out says the same. */
function allowedTools(allowed: JsonObject, tools: JsonObject[]): ToolSettings {
  const path = 'tool_choice.allowed_tools';
  const names = requireArray(allowed['tools'], `${path}.tools`).map((entry, i) => {
    const tool = requireObject(entry, `${path}.tools[${i}]`);
    const fn = isObject(tool['function']) ? tool['function'] : tool;
    return requireString(fn['name'], `${path}.tools[${i}].function.name`);
  });
  const left = tools.filter((tool) => typeof tool['name'] === 'string' && names.includes(tool['name']));
  if (left.length === 0) throw invalid(`${path}.tools`, 'must name at least one of tools.');
  return { tools: left, tool_choice: { type: allowed['mode'] === 'required' ? 'any' : 'auto' } };
}

/**
 * The API refuses a conversation that has tool calls when no tools are defined; OpenAI's does not. The names that
 * were called are defined then, and calling them is switched off.
 */
function toolsOfHistory(messages: readonly Turn[]): ToolSettings {
  const calls = messages.flatMap((turn) => turn.content).filter((block) => block.type === 'tool_use');
  const names = new Set(calls.map((block) => block['name']));
  if (names.size === 0) return {};
  const tools = [...names].map((name) => ({ name, input_schema: { type: 'object' } }));
  return { tools, tool_choice: { type: 'none' } };
}
