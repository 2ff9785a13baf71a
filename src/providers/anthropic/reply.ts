import { UpstreamFailure, type ChatCall, type JsonObject, type JsonValue, type Reply } from '../adapter.ts';
import { citationMembers } from './citations.ts';
import { envelopeFailure } from './error.ts';
import { parseExact } from './exact-json.ts';
import { isObject } from './fields.ts';
import { finishReason, refusalText, stopDetails } from './finish-reason.ts';
import { toolCall } from './tool-calls.ts';
import { openAiUsage, readUsage } from './usage.ts';

/** Characters of a token, roughly, in English and in code; only for answers without usage. */
export const CHARS_PER_TOKEN = 4;

/** A whole `Message` → OpenAI's `chat.completion`. Throws UpstreamFailure if the bytes are no message. */
export function readReply(call: ChatCall, body: Buffer): Reply {
  const message = parseMessage(body);
  const content = Array.isArray(message['content']) ? message['content'].filter(isObject) : [];
  const usage = readUsage(message['usage']);
  const completion: JsonObject = {
    id: typeof message['id'] === 'string' ? message['id'] : `chatcmpl-${call.requestId}`,
    object: 'chat.completion',
    created: call.created,
    model: typeof message['model'] === 'string' ? message['model'] : call.model,
    choices: [
      {
        index: 0,
        message: assistantMessage(content, refusalText(message)),
        logprobs: null,
        finish_reason: finishReason(
          message['stop_reason'],
          content.some((block) => block['type'] === 'tool_use'),
        ),
        ...stopDetails(message),
      },
    ],
    ...(usage === null || !isObject(message['usage']) ? {} : { usage: openAiUsage(usage, message['usage']) }),
    ...answerMembers(message),
  };
  const bytes = Buffer.from(JSON.stringify(completion));
  return { body: bytes, usage, estimatedOutputTokens: Math.ceil(answerLength(content) / CHARS_PER_TOKEN) };
}

function parseMessage(body: Buffer): JsonObject {
  let message: JsonValue = null;
  try {
    message = parseExact(body.toString('utf8'));
  } catch (cause) {
    throw new UpstreamFailure('malformed', 'The provider answered with something that is not JSON.', {
      cause,
    });
  }
  if (isObject(message) && message['type'] === 'error') throw envelopeFailure(null, message);
  if (isObject(message) && Array.isArray(message['content'])) return message;
  throw new UpstreamFailure('malformed', 'The provider answered with JSON that is not a message.');
}

/** Anthropic's tiers in OpenAI's words. Typed clients refuse a whole answer for a word that OpenAI has not. */
const SERVICE_TIERS: ReadonlyMap<unknown, string> = new Map([
  ['standard', 'default'],
  ['priority', 'priority'],
]);

/** Members of the whole answer: the tier that served it, and what a client may need for its next request. */
export function answerMembers(message: JsonObject): JsonObject {
  const tier = isObject(message['usage']) ? SERVICE_TIERS.get(message['usage']['service_tier']) : undefined;
  return {
    ...(tier === undefined ? {} : { service_tier: tier }),
    ...(isObject(message['container']) ? { container: message['container'] } : {}),
  };
}

function assistantMessage(blocks: readonly JsonObject[], refusal: string | null): JsonObject {
  let text: string | null = null;
  let reasoning = '';
  const thinkingBlocks: JsonValue[] = [];
  const serverBlocks: JsonValue[] = [];
  const toolCalls: JsonValue[] = [];
  const annotations: JsonValue[] = [];
  const citations: JsonValue[] = [];
  for (const block of blocks) {
    switch (block['type']) {
      case 'text': {
        const start = text?.length ?? 0;
        text = (text ?? '') + stringOf(block['text']);
        const cited = Array.isArray(block['citations']) ? block['citations'] : [];
        const members = citationMembers(cited, start, text.length);
        if (Array.isArray(members['annotations'])) annotations.push(...members['annotations']);
        if (Array.isArray(members['citations'])) citations.push(...members['citations']);
        break;
      }
      case 'thinking':
        reasoning += stringOf(block['thinking']);
        thinkingBlocks.push(block);
        break;
      case 'redacted_thinking':
        thinkingBlocks.push(block);
        break;
      case 'tool_use':
        toolCalls.push(toolCall(block, JSON.stringify(block['input'] ?? {})));
        break;
      default:
        serverBlocks.push(block);
    }
  }
  const isSilent = text === null && refusal === null && toolCalls.length === 0;
  return {
    role: 'assistant',
    content: isSilent ? '' : text,
    refusal,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(thinkingBlocks.length === 0 ? {} : { thinking_blocks: thinkingBlocks }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(citations.length === 0 ? {} : { citations }),
    ...(serverBlocks.length === 0 ? {} : { server_tool_blocks: serverBlocks }),
  };
}

function answerLength(blocks: readonly JsonObject[]): number {
  return blocks.reduce((sum, block) => {
    const input = block['type'] === 'tool_use' ? JSON.stringify(block['input'] ?? {}).length : 0;
    return sum + stringOf(block['text']).length + stringOf(block['thinking']).length + input;
  }, 0);
}

function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
