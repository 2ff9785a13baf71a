import type { Actor } from '../identity/actor.ts';
import type { JsonObject } from '../providers/adapter.ts';

export interface ProviderChatInput {
  readonly model: string;
  /** OpenAI's messages: `content` is a string or parts. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

export interface ProviderChat {
  /** One completion for trying a provider out: not logged, not priced. Answers OpenAI's `chat.completion`. */
  chat(actor: Actor, id: string, input: ProviderChatInput): Promise<JsonObject>;
}
