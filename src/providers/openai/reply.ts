import { UpstreamFailure, type Reply } from '../adapter.ts';
import { createSpanFinder, type ObjectSpans } from '../json-spans.ts';
import { readInnerError } from './error.ts';
import { asObject, parseJson } from './fields.ts';
import { readUsage } from './usage.ts';

const findChat = createSpanFinder('choices', 'usage', 'error');
const findEmbeddings = createSpanFinder('data', 'usage', 'error');

/** English text, roughly. Only for answers whose provider reports no usage. */
const BYTES_PER_TOKEN = 4;
/** Members of a choice that the model has not written, or has written elsewhere. */
const NOT_WRITTEN: ReadonlySet<string> = new Set(['role', 'id', 'type', 'finish_reason', 'logprobs']);

/** A 2xx answer, its bytes untouched but for white space around the object. Throws UpstreamFailure. */
export function readChatReply(body: Buffer): Reply {
  const found = findChat(body);
  const choices = found?.values[0];
  if (choices) refuseFailedChoices(body.subarray(choices.start, choices.end));
  return readReply(body, found, 'chat completion', guess);
}

/**
 * OpenRouter also tells the failure of the provider behind it in the choice. With nothing written, that is no answer;
 * what has been written before it is the client's.
 */
function refuseFailedChoices(json: Buffer): void {
  if (!json.includes('"error"')) return;
  const choices = parseJson(json);
  const first = Array.isArray(choices) ? asObject(asObject(choices[0])?.['error']) : null;
  if (!first || !Array.isArray(choices)) return;
  const isFailed = choices.every((choice) => {
    const { error, message } = asObject(choice) ?? {};
    return asObject(error) && written(message) === 0;
  });
  if (isFailed) throw readInnerError(first);
}

/** The same for embeddings; they have no output tokens. */
export function readEmbeddingsReply(body: Buffer): Reply {
  return readReply(body, findEmbeddings(body), 'list of embeddings', () => 0);
}

function readReply(
  body: Buffer,
  found: ObjectSpans | null,
  what: string,
  guessOutput: (content: Buffer) => number,
): Reply {
  const [content, usage, error] = found?.values ?? [];
  // OpenRouter answers 200 with an error when the provider behind it fails.
  if (error && body[error.start] !== NULL_START)
    throw readInnerError(parseJson(body.subarray(error.start, error.end)));
  if (!found || !content || body[content.start] !== OPEN_BRACKET)
    throw new UpstreamFailure('malformed', `The provider's answer is no ${what}.`);
  const reported = usage ? readUsage(parseJson(body.subarray(usage.start, usage.end))) : null;
  return {
    body: body.subarray(found.open, found.close + 1),
    usage: reported,
    estimatedOutputTokens: reported === null ? guessOutput(body.subarray(content.start, content.end)) : 0,
  };
}

/** The tokens of all that the model has written: texts, refusals, reasoning, calls with their arguments. */
function guess(choices: Buffer): number {
  return Math.ceil(written(parseJson(choices)) / BYTES_PER_TOKEN);
}

function written(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = 0;
  for (const [name, item] of Object.entries(value)) if (!NOT_WRITTEN.has(name)) bytes += written(item);
  return bytes;
}

const NULL_START = 0x6e;
const OPEN_BRACKET = 0x5b;
