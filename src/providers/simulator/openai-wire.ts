import type { JsonObject, JsonValue } from '../adapter.ts';
import { asCount, asObject, asText } from '../openai/fields.ts';
import type { Answer } from './answer.ts';
import { collect, tokensOf, type Content, type Prompt, type Tool } from './prompt.ts';
import { createNumbers } from './text.ts';
import type { Run, Wire, WireError } from './wire.ts';

const ERROR_TYPES: Readonly<Record<WireError['kind'], readonly [type: string, code: string | null]>> = {
  invalid: ['invalid_request_error', null],
  auth: ['invalid_request_error', 'invalid_api_key'],
  rate_limit: ['requests', 'rate_limit_exceeded'],
  server: ['server_error', null],
  overloaded: ['server_error', 'overloaded'],
  not_found: ['invalid_request_error', 'model_not_found'],
  overflow: ['invalid_request_error', 'context_length_exceeded'],
};

/** OpenAI's chat completions. */
export const openAiWire: Wire = {
  readPrompt,
  whole(run) {
    return {
      id: `chatcmpl-${run.id}`,
      object: 'chat.completion',
      created: run.created,
      model: run.model.id,
      choices: run.answers.map((answer, index) => ({
        index,
        message: {
          role: 'assistant',
          content: answer.toolCalls.length > 0 ? null : answer.text.join(''),
          refusal: null,
          ...(answer.reasoning.length > 0 ? { reasoning_content: answer.reasoning.join('') } : {}),
          ...(answer.toolCalls.length > 0
            ? {
                tool_calls: answer.toolCalls.map((call) =>
                  callOf(call.id, call.name, call.arguments.join('')),
                ),
              }
            : {}),
        },
        logprobs:
          run.prompt.logprobs === null
            ? null
            : { content: answer.text.map((token) => logprobOf(token, run)), refusal: null },
        finish_reason: answer.finish,
      })),
      ...(run.usage ? { usage: usageOf(run) } : {}),
      system_fingerprint: 'fp_simulated',
    };
  },
  *frames(run) {
    for (const [index, answer] of run.answers.entries()) {
      yield chunk(run, index, { role: 'assistant', content: '', refusal: null });
      yield* deltas(run, index, answer);
      yield chunk(run, index, {}, { finish: answer.finish });
    }
    if (run.prompt.includeUsage && run.usage) yield frame({ ...head(run), choices: [], usage: usageOf(run) });
    if (run.model.mishap !== 'no-done') yield 'data: [DONE]\n\n';
  },
  error({ kind, message, param }) {
    const [type, code] = ERROR_TYPES[kind];
    return { error: { message, type, param: param ?? null, code } };
  },
  errorFrame: (error) => frame(openAiWire.error(error)),
  overflowMessage: (prompt, window) =>
    `This model's maximum context length is ${window} tokens. However, you requested ` +
    `${prompt.tokens + (prompt.maxTokens ?? 0)} tokens. Please reduce the length of the messages or completion.`,
};

function readPrompt(body: JsonObject): Prompt | string {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0)
    return "'messages' must be a list with at least one message.";
  const content: Content = { text: '', messages: messages.length, images: 0 };
  for (const message of messages) {
    if (asText(asObject(message)?.['role']) === null) return "Each of 'messages' must have a 'role'.";
    collect(message, content);
  }
  const newest: Content = { text: '', messages: 1, images: 0 };
  collect(messages.at(-1), newest);
  const tools = Array.isArray(body['tools'])
    ? body['tools'].map(asObject).filter((tool) => tool !== null)
    : null;
  const format = asObject(body['response_format']);
  return {
    model: asText(body['model']) ?? '',
    stream: body['stream'] === true,
    text: content.text,
    tokens: tokensOf(content, tools),
    newest: newest.text,
    isToolResult: asObject(messages.at(-1))?.['role'] === 'tool',
    tools: (tools ?? []).map(toolOf).filter((tool) => tool !== null),
    toolChoice: readToolChoice(body['tool_choice']),
    parallelTools: body['parallel_tool_calls'] !== false,
    maxTokens: asCount(body['max_completion_tokens'] ?? body['max_tokens']),
    choices: Math.min(Math.max(asCount(body['n']) ?? 1, 1), 16),
    schema:
      format?.['type'] === 'json_schema'
        ? (asObject(format['json_schema'])?.['schema'] ?? true)
        : format?.['type'] === 'json_object'
          ? true
          : null,
    logprobs: body['logprobs'] === true ? (asCount(body['top_logprobs']) ?? 0) : null,
    reasons: false,
    stop: [body['stop'] ?? []].flat().filter((each) => typeof each === 'string'),
    includeUsage: asObject(body['stream_options'])?.['include_usage'] === true,
    isCacheMarked: false,
  };
}

function toolOf(tool: JsonObject): Tool | null {
  const definition = asObject(tool['function']);
  const name = asText(definition?.['name']);
  return name === null ? null : { name, parameters: definition?.['parameters'] };
}

function readToolChoice(choice: JsonValue | undefined): Prompt['toolChoice'] {
  if (choice === 'none') return { mode: 'none' };
  if (choice === 'required') return { mode: 'any' };
  const name = asText(asObject(asObject(choice)?.['function'])?.['name']);
  return name === null ? { mode: 'auto' } : { mode: 'one', name };
}

function* deltas(run: Run, index: number, answer: Answer): Generator<string> {
  for (const token of answer.reasoning) yield chunk(run, index, { reasoning_content: token });
  for (const token of answer.text) yield chunk(run, index, { content: token }, { token });
  for (const [at, call] of answer.toolCalls.entries()) {
    yield chunk(run, index, { tool_calls: [{ index: at, ...callOf(call.id, call.name, '') }] });
    for (const token of call.arguments)
      yield chunk(run, index, { tool_calls: [{ index: at, function: { arguments: token } }] });
  }
}

function head(run: Run): JsonObject {
  return {
    id: `chatcmpl-${run.id}`,
    object: 'chat.completion.chunk',
    created: run.created,
    model: run.model.id,
  };
}

function chunk(
  run: Run,
  index: number,
  delta: JsonObject,
  { finish, token }: { finish?: string; token?: string } = {},
): string {
  const logprobs =
    token !== undefined && run.prompt.logprobs !== null
      ? { content: [logprobOf(token, run)], refusal: null }
      : null;
  const choice = { index, delta, logprobs, finish_reason: finish ?? null };
  return frame({ ...head(run), choices: [choice], ...(run.prompt.includeUsage ? { usage: null } : {}) });
}

function frame(value: JsonObject): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function callOf(id: string, name: string, args: string): JsonObject {
  return { id: `call_${id}`, type: 'function', function: { name, arguments: args } };
}

function logprobOf(token: string, run: Run): JsonObject {
  const next = createNumbers(`logprob ${token}`);
  const entry = (text: string): JsonObject => ({
    token: text,
    logprob: -Math.round(next() * 1e4) / 1e4,
    bytes: [...Buffer.from(text)],
  });
  const top = Array.from({ length: Math.min(run.prompt.logprobs ?? 0, 20) }, (_, rank) =>
    entry(rank === 0 ? token : `${token}${rank}`),
  );
  return { ...entry(token), top_logprobs: top };
}

function usageOf(run: Run): JsonObject {
  const usage = run.usage ?? { promptTokens: 0, answerTokens: 0, cacheRead: 0, reasoningTokens: 0 };
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.answerTokens,
    total_tokens: usage.promptTokens + usage.answerTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  };
}
