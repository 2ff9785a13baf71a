import { hash } from 'node:crypto';
import type { SimulatedModel } from './models.ts';
import type { Prompt, Tool } from './prompt.ts';
import { instanceOf } from './schema-instance.ts';
import { createNumbers, writeText } from './text.ts';
import { toTokens } from './tokens.ts';

export interface SimulatedToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, in its tokens. */
  readonly arguments: readonly string[];
}

/** One choice of an answer, in tokens. */
export interface Answer {
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly toolCalls: readonly SimulatedToolCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
}

/**
 * The answer to a prompt, always the same for the same prompt, seed and choice. In the newest message
 * `[[say …]]` dictates the text, and `[[tokens 200]]` its length.
 */
export function answerTo(prompt: Prompt, model: SimulatedModel, seed: string, choice: number): Answer {
  const key = `${seed}\n${model.id}\n${choice}\n${hash('sha1', prompt.text)}`;
  const limit = Math.min(prompt.maxTokens ?? model.maxOutputTokens, model.maxOutputTokens);
  const thoughts = prompt.reasons || model.reasons ? toTokens(writeText(`thoughts ${key}`, 120)) : [];
  const reasoning = thoughts.slice(0, limit);
  const called = calledTools(prompt);
  if (called.length > 0) {
    const next = createNumbers(`tools ${key}`);
    const toolCalls = called.map((tool) => ({
      id: Math.floor(next() * 2 ** 48)
        .toString(36)
        .padStart(10, '0'),
      name: tool.name,
      arguments: toTokens(JSON.stringify(instanceOf(tool.parameters, true))),
    }));
    return { reasoning, text: [], toolCalls, finish: 'tool_calls' };
  }
  const text = toTokens(stopped(textOf(prompt, key), prompt.stop));
  const room = limit - reasoning.length;
  if (text.length <= room) return { reasoning, text, toolCalls: [], finish: 'stop' };
  return { reasoning, text: text.slice(0, room), toolCalls: [], finish: 'length' };
}

export function countAnswerTokens(answer: Answer): number {
  const tools = answer.toolCalls.reduce(
    (sum, call) => sum + toTokens(call.name).length + call.arguments.length,
    0,
  );
  return answer.reasoning.length + answer.text.length + tools;
}

function textOf(prompt: Prompt, key: string): string {
  const dictated = between(prompt.newest, '[[say ', ']]');
  if (dictated !== null) return dictated;
  if (prompt.schema !== null) {
    const value = prompt.schema === true ? { answer: writeText(key, 40) } : instanceOf(prompt.schema);
    return JSON.stringify(value);
  }
  const wanted = Number(between(prompt.newest, '[[tokens ', ']]'));
  if (Number.isInteger(wanted) && wanted > 0) return writeText(key, wanted * 4).slice(0, wanted * 4);
  return writeText(key, 120 + Math.floor(createNumbers(`length ${key}`)() * 240));
}

function between(text: string, open: string, close: string): string | null {
  const at = text.indexOf(open);
  const end = at < 0 ? -1 : text.indexOf(close, at);
  return end < 0 ? null : text.slice(at + open.length, end);
}

function stopped(text: string, stop: readonly string[]): string {
  const ends = stop.map((each) => text.indexOf(each)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/** Tools that the newest message names; with a tool choice also without being named. Results of tools get text. */
function calledTools(prompt: Prompt): readonly Tool[] {
  const choice = prompt.toolChoice;
  if (choice.mode === 'none') return [];
  if (choice.mode === 'one') return prompt.tools.filter((tool) => tool.name === choice.name).slice(0, 1);
  if (prompt.isToolResult && choice.mode === 'auto') return [];
  const named = prompt.tools.filter((tool) => prompt.newest.includes(tool.name));
  const called = named.length === 0 && choice.mode === 'any' ? prompt.tools.slice(0, 1) : named;
  return prompt.parallelTools ? called : called.slice(0, 1);
}
