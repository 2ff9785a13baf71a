import type { JsonObject, JsonValue } from '../adapter.ts';
import { asCount, asObject, asText, parseJson } from '../openai/fields.ts';
import type { Answer } from './answer.ts';
import { collect, tokensOf, type Content, type Prompt } from './prompt.ts';
import type { Run, Wire, WireError } from './wire.ts';

const ERROR_TYPES: Readonly<Record<WireError['kind'], string>> = {
  invalid: 'invalid_request_error',
  auth: 'authentication_error',
  rate_limit: 'rate_limit_error',
  server: 'api_error',
  overloaded: 'overloaded_error',
  not_found: 'not_found_error',
  overflow: 'invalid_request_error',
};

const STOP_REASONS: Readonly<Record<Answer['finish'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
};

/** Anthropic's Messages API. */
export const anthropicWire: Wire = {
  readPrompt,
  whole(run) {
    const answer = answerOf(run);
    return {
      ...head(run),
      content: blocksOf(answer).map(({ start, pieces, member }) => filled(start, member, pieces.join(''))),
      stop_reason: STOP_REASONS[answer.finish],
      stop_sequence: null,
      ...(run.usage ? { usage: usageOf(run) } : {}),
    };
  },
  *frames(run) {
    const answer = answerOf(run);
    const usage = run.usage ? { usage: { ...usageOf(run), output_tokens: 1 } } : {};
    yield event('message_start', {
      message: { ...head(run), content: [], stop_reason: null, stop_sequence: null, ...usage },
    });
    yield event('ping', {});
    for (const [index, { start, delta, pieces, member, signature }] of blocksOf(answer).entries()) {
      yield event('content_block_start', { index, content_block: start });
      for (const piece of pieces)
        yield event('content_block_delta', { index, delta: { type: delta, [member]: piece } });
      if (signature !== null)
        yield event('content_block_delta', { index, delta: { type: 'signature_delta', signature } });
      yield event('content_block_stop', { index });
    }
    yield event('message_delta', {
      delta: { stop_reason: STOP_REASONS[answer.finish], stop_sequence: null },
      ...(run.usage ? { usage: { output_tokens: run.usage.answerTokens } } : {}),
    });
    if (run.model.mishap !== 'no-done') yield event('message_stop', {});
  },
  error: ({ kind, message }) => ({ type: 'error', error: { type: ERROR_TYPES[kind], message } }),
  errorFrame: (error) => `event: error\ndata: ${JSON.stringify(anthropicWire.error(error))}\n\n`,
  overflowMessage: (prompt, window) => `prompt is too long: ${prompt.tokens} tokens > ${window} maximum`,
};

function readPrompt(body: JsonObject): Prompt | string {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required';
  const maxTokens = asCount(body['max_tokens']);
  if (maxTokens === null || maxTokens === 0) return 'max_tokens: Field required';
  const content: Content = { text: '', messages: messages.length, images: 0 };
  collect(body['system'], content);
  collect(messages, content);
  const last = asObject(messages.at(-1));
  const newest: Content = { text: '', messages: 1, images: 0 };
  collect(last, newest);
  const blocks = Array.isArray(last?.['content']) ? last['content'] : [];
  const tools = Array.isArray(body['tools'])
    ? body['tools'].map(asObject).filter((tool) => tool !== null)
    : null;
  const choice = asObject(body['tool_choice']);
  const format = asObject(asObject(body['output_config'])?.['format'] ?? body['output_format']);
  const thinking = asObject(body['thinking'])?.['type'];
  return {
    model: asText(body['model']) ?? '',
    stream: body['stream'] === true,
    text: content.text,
    tokens: tokensOf(content, tools),
    newest: newest.text,
    isToolResult: blocks.some((block) => asObject(block)?.['type'] === 'tool_result'),
    tools: (tools ?? []).map((tool) => ({
      name: asText(tool['name']) ?? '',
      parameters: tool['input_schema'],
    })),
    toolChoice: readToolChoice(choice),
    parallelTools: choice?.['disable_parallel_tool_use'] !== true,
    maxTokens,
    choices: 1,
    schema: format?.['type'] === 'json_schema' ? (format['schema'] ?? true) : null,
    logprobs: null,
    reasons: thinking === 'enabled' || thinking === 'adaptive',
    stop: [body['stop_sequences'] ?? []].flat().filter((each) => typeof each === 'string'),
    includeUsage: true,
    isCacheMarked: JSON.stringify([body['system'], messages, tools]).includes('"cache_control":'),
  };
}

function readToolChoice(choice: JsonObject | null): Prompt['toolChoice'] {
  if (choice?.['type'] === 'none') return { mode: 'none' };
  if (choice?.['type'] === 'any') return { mode: 'any' };
  const name = choice?.['type'] === 'tool' ? asText(choice['name']) : null;
  return name === null ? { mode: 'auto' } : { mode: 'one', name };
}

interface Block {
  /** As `content_block_start` has it: without its content. */
  readonly start: JsonObject;
  readonly delta: string;
  /** Where the content goes, in the delta and in the block. */
  readonly member: string;
  readonly pieces: readonly string[];
  readonly signature: string | null;
}

function blocksOf(answer: Answer): Block[] {
  const blocks: Block[] = [];
  if (answer.reasoning.length > 0) {
    const signature = Buffer.from(answer.reasoning.join('').slice(0, 48)).toString('base64');
    blocks.push({
      start: { type: 'thinking', thinking: '', signature: '' },
      delta: 'thinking_delta',
      member: 'thinking',
      pieces: answer.reasoning,
      signature,
    });
  }
  if (answer.text.length > 0)
    blocks.push({
      start: { type: 'text', text: '' },
      delta: 'text_delta',
      member: 'text',
      pieces: answer.text,
      signature: null,
    });
  for (const call of answer.toolCalls)
    blocks.push({
      start: { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} },
      delta: 'input_json_delta',
      member: 'partial_json',
      pieces: ['', ...call.arguments],
      signature: null,
    });
  return blocks;
}

function filled(start: JsonObject, member: string, content: string): JsonObject {
  if (member === 'partial_json') return { ...start, input: parseJson(Buffer.from(content)) as JsonValue };
  const signature = Buffer.from(content.slice(0, 48)).toString('base64');
  return { ...start, [member]: content, ...(member === 'thinking' ? { signature } : {}) };
}

function head(run: Run): JsonObject {
  return { id: `msg_${run.id}`, type: 'message', role: 'assistant', model: run.model.id };
}

/** Here, the cached tokens stand beside `input_tokens`, not among them. */
function usageOf(run: Run): JsonObject {
  const usage = run.usage ?? { promptTokens: 0, cacheRead: 0, cacheWritten: 0, answerTokens: 0 };
  const read = run.prompt.isCacheMarked ? usage.cacheRead : 0;
  const written = run.prompt.isCacheMarked ? usage.cacheWritten : 0;
  return {
    input_tokens: usage.promptTokens - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    output_tokens: usage.answerTokens,
    service_tier: 'standard',
  };
}

function event(type: string, more: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

function answerOf(run: Run): Answer {
  return run.answers[0] ?? { reasoning: [], text: [], toolCalls: [], finish: 'stop' };
}
