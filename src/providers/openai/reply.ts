import { UpstreamFailure, type Reply } from '../adapter.ts';
import { createSpanFinder, type ObjectSpans } from '../json-spans.ts';
import { readInnerError } from './error.ts';
import { parseJson } from './fields.ts';
import { readUsage } from './usage.ts';

const findChat = createSpanFinder('choices', 'usage', 'error');
const findEmbeddings = createSpanFinder('data', 'usage', 'error');

/** English text and JSON around it, roughly. Only for answers whose provider reports no usage. */
const BYTES_PER_TOKEN = 4;

/** A 2xx answer, its bytes untouched but for white space around the object. Throws UpstreamFailure. */
export function readChatReply(body: Buffer): Reply {
  return readReply(body, findChat(body), 'chat completion');
}

/** The same for embeddings; they have no output tokens. */
export function readEmbeddingsReply(body: Buffer): Reply {
  return { ...readReply(body, findEmbeddings(body), 'list of embeddings'), estimatedOutputTokens: 0 };
}

function readReply(body: Buffer, found: ObjectSpans | null, what: string): Reply {
  const [content, usage, error] = found?.values ?? [];
  // OpenRouter answers 200 with an error when the provider behind it fails.
  if (error && body[error.start] !== NULL_START)
    throw readInnerError(parseJson(body.subarray(error.start, error.end)));
  if (!found || !content || body[content.start] !== OPEN_BRACKET)
    throw new UpstreamFailure('malformed', `The provider's answer is no ${what}.`);
  return {
    body: body.subarray(found.open, found.close + 1),
    usage: usage ? readUsage(parseJson(body.subarray(usage.start, usage.end))) : null,
    estimatedOutputTokens: Math.ceil((content.end - content.start) / BYTES_PER_TOKEN),
  };
}

const NULL_START = 0x6e;
const OPEN_BRACKET = 0x5b;
