import { randomUUID } from 'node:crypto';
import type { ChatCall, JsonObject, JsonValue } from '../providers/adapter.ts';
import { createSpanFinder } from '../providers/json-spans.ts';

const find = createSpanFinder('model', 'stream', 'messages');

/** A chat call of our own making, in the form in which adapters take a client's. */
export function createTrialCall(input: {
  readonly model: string;
  readonly messages: JsonValue | undefined;
  readonly stream: boolean;
  readonly modelMaxOutputTokens: number | null;
  readonly now: Date;
}): ChatCall {
  const { model, messages, stream, modelMaxOutputTokens, now } = input;
  const content: JsonObject = { model, messages, stream };
  const body = Buffer.from(JSON.stringify(content));
  const spans = find(body);
  const [modelSpan = null, streamSpan = null, messagesSpan = null] = spans?.values ?? [];
  return {
    body,
    spans: {
      model: modelSpan,
      stream: streamSpan,
      messages: messagesSpan,
      streamOptions: null,
      maxTokens: null,
      maxCompletionTokens: null,
      input: null,
      user: null,
      tools: null,
      close: spans?.close ?? body.length - 1,
    },
    model,
    stream,
    includeUsage: false,
    maxTokens: null,
    maxCompletionTokens: null,
    modelMaxOutputTokens,
    json: () => content,
    created: Math.floor(now.getTime() / 1000),
    requestId: randomUUID(),
  };
}
