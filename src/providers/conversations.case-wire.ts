import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';

/** Both wires' answers, and their streams, shaped as the providers document them and typed by their own SDKs. */

const NO_ANTHROPIC_USAGE: Anthropic.Messages.Usage = {
  cache_creation: null,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  inference_geo: null,
  input_tokens: 0,
  output_tokens: 0,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: 'standard',
  speed: null,
};

type MessageParts = Omit<Partial<Anthropic.Messages.Message>, 'usage'> & {
  usage?: Partial<Anthropic.Messages.Usage>;
};

export function message({ usage, ...parts }: MessageParts): Anthropic.Messages.Message {
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    ...parts,
    usage: { ...NO_ANTHROPIC_USAGE, ...usage },
  };
}

export function text(
  value: string,
  citations: Anthropic.Messages.TextCitation[] | null = null,
): Anthropic.Messages.TextBlock {
  return { type: 'text', text: value, citations };
}

export function toolUse(id: string, name: string, input: unknown): Anthropic.Messages.ToolUseBlock {
  return { type: 'tool_use', id, name, input, caller: { type: 'direct' } };
}

/** What some servers of OpenAI's family add, and what this gateway adds. */
export interface ReasoningMembers {
  reasoning_content?: string;
}

interface CompletionParts {
  message: Partial<OpenAI.Chat.ChatCompletion['choices'][0]['message']> & ReasoningMembers;
  finish: OpenAI.Chat.ChatCompletion['choices'][0]['finish_reason'];
  usage: NonNullable<OpenAI.Chat.ChatCompletion['usage']>;
}

export function completion({ message: said, finish, usage }: CompletionParts): OpenAI.Chat.ChatCompletion {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion',
    created: 1_764_000_000,
    model: 'claude-sonnet-4-5',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, ...said },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage,
  };
}

type Delta = OpenAI.Chat.ChatCompletionChunk['choices'][0]['delta'] & ReasoningMembers;

/** A completion as OpenAI streams it: a role, small pieces, the reason, the usage, `[DONE]`. */
export function chunksOf(whole: OpenAI.Chat.ChatCompletion): string {
  const choice = whole.choices[0];
  if (choice === undefined) throw new Error('a case needs a choice');
  const said: typeof choice.message & ReasoningMembers = choice.message;
  const deltas: Delta[] = [{ role: 'assistant', content: '' }];
  for (const piece of pieces(said.reasoning_content ?? '')) deltas.push({ reasoning_content: piece });
  for (const piece of pieces(said.content ?? '')) deltas.push({ content: piece });
  for (const piece of pieces(said.refusal ?? '')) deltas.push({ refusal: piece });
  for (const [index, call] of (said.tool_calls ?? []).entries()) {
    if (call.type !== 'function') continue;
    const { name, arguments: args } = call.function;
    deltas.push({
      tool_calls: [{ index, id: call.id, type: 'function', function: { name, arguments: '' } }],
    });
    for (const piece of pieces(args))
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  const base = {
    id: whole.id,
    object: 'chat.completion.chunk',
    created: whole.created,
    model: whole.model,
  } as const;
  const chunks: OpenAI.Chat.ChatCompletionChunk[] = deltas.map((delta) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null }],
  }));
  chunks.push({
    ...base,
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: choice.finish_reason }],
  });
  if (whole.usage !== undefined) chunks.push({ ...base, choices: [], usage: whole.usage });
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** A message as Anthropic streams it (page "Streaming Messages"), pings included. */
export function eventsOf(whole: Anthropic.Messages.Message): Anthropic.Messages.RawMessageStreamEvent[] {
  const events: Anthropic.Messages.RawMessageStreamEvent[] = [
    {
      type: 'message_start',
      message: {
        ...whole,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: {
          ...whole.usage,
          output_tokens: Math.min(1, whole.usage.output_tokens),
          output_tokens_details: null,
        },
      },
    },
  ];
  for (const [index, block] of whole.content.entries()) events.push(...blockEvents(index, block));
  const { container, stop_reason, stop_sequence, stop_details, usage } = whole;
  events.push(
    {
      type: 'message_delta',
      delta: { container, stop_reason, stop_sequence, stop_details },
      usage: endUsage(usage),
    },
    { type: 'message_stop' },
  );
  return events;
}

function endUsage(usage: Anthropic.Messages.Usage): Anthropic.Messages.MessageDeltaUsage {
  return {
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: usage.server_tool_use,
  };
}

function blockEvents(
  index: number,
  block: Anthropic.Messages.ContentBlock,
): Anthropic.Messages.RawMessageStreamEvent[] {
  const deltas: Anthropic.Messages.RawContentBlockDelta[] = [];
  let start: Anthropic.Messages.RawContentBlockStartEvent['content_block'] = block;
  if (block.type === 'text') {
    start = { ...block, text: '', citations: block.citations === null ? null : [] };
    for (const citation of block.citations ?? []) deltas.push({ type: 'citations_delta', citation });
    for (const piece of pieces(block.text)) deltas.push({ type: 'text_delta', text: piece });
  } else if (block.type === 'thinking') {
    start = { ...block, thinking: '', signature: '' };
    for (const piece of pieces(block.thinking)) deltas.push({ type: 'thinking_delta', thinking: piece });
    deltas.push({ type: 'signature_delta', signature: block.signature });
  } else if (block.type === 'tool_use' || block.type === 'server_tool_use') {
    start = { ...block, input: {} };
    const json = JSON.stringify(block.input);
    // A tool without parameters comes with one empty delta, or with none.
    for (const piece of json === '{}' ? [''] : ['', ...pieces(json)]) {
      deltas.push({ type: 'input_json_delta', partial_json: piece });
    }
  }
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta }) as const),
    { type: 'content_block_stop', index },
  ];
}

/** Events as they stand on the wire, a ping after the first. */
export function framesOf(events: readonly { type: string }[]): string {
  const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return [...frames.slice(0, 1), 'event: ping\ndata: {"type": "ping"}\n\n', ...frames.slice(1)].join('');
}

/** Pieces of 1 to 7 characters, never inside a surrogate pair, as a provider would never cut either. */
function pieces(value: string): string[] {
  const chars = Array.from(value);
  const out: string[] = [];
  for (let at = 0, size = 1; at < chars.length; at += size, size = (size % 7) + 1) {
    out.push(chars.slice(at, at + size).join(''));
  }
  return out;
}
