import type { JsonObject, JsonValue } from '../adapter.ts';
import { countTokens, TOKENS_PER_IMAGE, TOKENS_PER_MESSAGE } from './tokens.ts';

export interface Tool {
  readonly name: string;
  readonly parameters: JsonValue | undefined;
}

/** What was asked, whatever the wire format. */
export interface Prompt {
  readonly model: string;
  readonly stream: boolean;
  /** All text of the prompt, for the hash, the cache and the count. */
  readonly text: string;
  readonly tokens: number;
  /** The newest message's text. */
  readonly newest: string;
  /** The newest message brings results of tools. */
  readonly isToolResult: boolean;
  readonly tools: readonly Tool[];
  /** A string = the tool of that name. */
  readonly toolChoice:
    { readonly mode: 'auto' | 'none' | 'any' } | { readonly mode: 'one'; readonly name: string };
  readonly parallelTools: boolean;
  readonly maxTokens: number | null;
  readonly choices: number;
  /** Structured output: the schema, or true for any JSON object. */
  readonly schema: JsonValue | true | null;
  readonly logprobs: number | null;
  readonly reasons: boolean;
  /** OpenAI's wire: the stream's last chunk shall tell the usage. */
  readonly includeUsage: boolean;
  /** Anthropic's wire: the prompt has cache marks; without, nothing is cached there. */
  readonly isCacheMarked: boolean;
  /** Stop sequences. */
  readonly stop: readonly string[];
}

/** The text, count of messages and images under a message list or system member of either wire. */
export interface Content {
  text: string;
  messages: number;
  images: number;
}

/** Collects the text of nested content: strings and parts with `text`; images are counted. */
export function collect(content: JsonValue | undefined, into: Content): void {
  if (typeof content === 'string') into.text += into.text === '' ? content : `\n${content}`;
  else if (Array.isArray(content)) for (const part of content) collect(part, into);
  else if (content !== null && typeof content === 'object') {
    if (content['type'] === 'image_url' || content['type'] === 'image') into.images++;
    else
      for (const member of ['text', 'content', 'arguments', 'function', 'tool_calls', 'input'])
        collect(content[member], into);
  }
}

export function tokensOf(content: Content, tools: JsonObject[] | null): number {
  const toolTokens = tools === null ? 0 : countTokens(JSON.stringify(tools));
  return (
    countTokens(content.text) +
    toolTokens +
    content.messages * TOKENS_PER_MESSAGE +
    content.images * TOKENS_PER_IMAGE
  );
}
