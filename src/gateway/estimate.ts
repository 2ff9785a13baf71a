import type { BodySpans, JsonValue, Span } from '../providers/adapter.ts';
import { skipSpace } from '../providers/json-spans.ts';
import type { GatewayRequest } from './request.ts';

/**
 * Prompt tokens before anyone has counted them: a quarter of the prompt's bytes (English prose and code lie
 * between 3.2 and 4.5 bytes a token), with images and audio at a flat figure instead of their base64.
 * An estimate: used to reserve and to foresee an overflow, shown to users only where labelled as one.
 */
export function estimateInputTokens(request: GatewayRequest): number {
  const { body, spans } = request;
  const ids = spans.input === null || spans.messages !== null ? 0 : tokenIds(body, spans.input);
  if (ids > 0) return ids;
  const bytes = length(spans.messages) + length(spans.tools) + length(spans.input);
  if (!mayHoldMedia(body, spans)) return Math.ceil(bytes / BYTES_A_TOKEN);
  const json = request.json();
  return Math.ceil((weigh(json['messages']) + weigh(json['tools'])) / BYTES_A_TOKEN);
}

/** How many token ids an embeddings input holds (LangChain makes texts into ids by itself); 0 = it holds texts. */
function tokenIds(body: Buffer, { start, end }: Span): number {
  let at = start;
  while (body[at] === OPEN_BRACKET) at = skipSpace(body, at + 1);
  const first = body[at] ?? 0;
  if (first < DIGIT_0 || first > DIGIT_9) return 0;
  let ids = 1;
  for (; at < end; at += 1) if (body[at] === COMMA) ids += 1;
  return ids;
}

/**
 * By how much the estimate is too high where a client writes other scripts as escapes (Python's json.dumps does):
 * `\u4e2d` is six bytes for a character of three. At most; costs a search through the prompt.
 */
export function escapedTokens({ body, spans }: GatewayRequest): number {
  const { messages } = spans;
  // With media the text has been weighed as it reads, not as it is written.
  if (messages === null || mayHoldMedia(body, spans)) return 0;
  let escapes = 0;
  let at = body.indexOf(ESCAPE, messages.start);
  for (; at !== -1 && at < messages.end; at = body.indexOf(ESCAPE, at + 6)) escapes += 1;
  return Math.floor((escapes * 3) / BYTES_A_TOKEN);
}

/** How sure an estimate must be before a model is called too small without asking it. */
export const OVERFLOW_MARGIN = 1.15;

const BYTES_A_TOKEN = 4;
const OPEN_BRACKET = 0x5b;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const ESCAPE = Buffer.from('\\u');
/** One image or clip: OpenAI's high-detail 1024 × 1024 image is 765 tokens. */
const MEDIA_BYTES = 765 * BYTES_A_TOKEN;
/** Base64 of less than this is not worth the parsing. */
const MEDIA_WORTH_BYTES = 16_384;

function length(span: Span | null): number {
  return span === null ? 0 : span.end - span.start;
}

function mayHoldMedia(body: Buffer, spans: BodySpans): boolean {
  if (spans.messages === null || length(spans.messages) < MEDIA_WORTH_BYTES) return false;
  const media = body.indexOf('base64,', spans.messages.start);
  if (media !== -1 && media < spans.messages.end) return true;
  const audio = body.indexOf('"input_audio"', spans.messages.start);
  return audio !== -1 && audio < spans.messages.end;
}

function weigh(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.startsWith('data:') ? MEDIA_BYTES : value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + weigh(item), 0);
  if (typeof value === 'object' && value !== null) {
    let sum = 0;
    for (const [key, item] of Object.entries(value)) {
      sum += key === 'input_audio' || key === 'file' ? MEDIA_BYTES : key.length + weigh(item);
    }
    return sum;
  }
  return 4;
}
