import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import type { TokenUsage } from '../accounting/usage.ts';
import { completion, message, text } from './conversations.case-wire.ts';

/** Sampling parameters are gone from the newest API version, and so from the SDK's types; older models take them. */
interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}
type Sent = Anthropic.MessageCreateParamsNonStreaming & Sampling;

type Params = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;
/** OpenAI's newest types deprecate members that every client still sends. */
type ChatBody = Omit<Params, 'max_tokens' | 'user'> & { max_tokens?: number; user?: string };
/** One exchange on both wires. */
export interface Conversation {
  readonly name: string;
  /** The client's request. `extraMessages` stands for `messages` where they hold what OpenAI's types do not know. */
  readonly request: ChatBody;
  readonly extraMessages?: readonly unknown[];
  /** What must go upstream on Anthropic's wire; on OpenAI's, the request itself must. */
  readonly sent: Sent;
  readonly anthropic: Anthropic.Message;
  readonly openai: OpenAI.Chat.ChatCompletion;
  /** What the client must get, from either wire, whole or streamed. */
  readonly result: Result;
}

export interface Result {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning: string;
  readonly toolCalls: readonly { id: string; name: string; arguments: string }[];
  readonly finishReason: string;
  readonly usage: Partial<TokenUsage>;
}
export const MODEL = 'claude-sonnet-4-5';
/** Takes adaptive thinking and system turns in mid-conversation, refuses sampling. */
export const NEW_MODEL = 'claude-opus-4-8';
export const hello = (content: string): Anthropic.MessageParam => ({
  role: 'user',
  content: [{ type: 'text', text: content }],
});

/** An answer of plain text on both wires. */
export function answer(
  content: string,
  input = 12,
  output = 6,
): Pick<Conversation, 'anthropic' | 'openai' | 'result'> {
  return {
    anthropic: message({ content: [text(content)], usage: { input_tokens: input, output_tokens: output } }),
    openai: completion({
      message: { content },
      finish: 'stop',
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    }),
    result: {
      content,
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: input, outputTokens: output },
    },
  };
}
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
