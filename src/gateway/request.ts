import type { BodySpans, JsonObject, Span } from '../providers/adapter.ts';
import { badJson, decodeString, invalid, scanBody, wrongType } from './scan.ts';

/** A chat or embeddings body, checked as far as the gateway governs it. */
export interface GatewayRequest {
  readonly body: Buffer;
  readonly spans: BodySpans;
  /** As the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | null;
  readonly maxCompletionTokens: number | null;
  /** How many answers are asked for. */
  readonly choices: number;
  readonly user: string;
  /** The whole body, parsed at most once. Throws AppError invalid_request. */
  readonly json: () => JsonObject;
}

/** Reads a chat body. Throws AppError invalid_request with `param`. */
export function readChatRequest(body: Buffer): GatewayRequest {
  const spans = scanBody(body);
  const model = readModel(body, spans);
  if (spans.messages === null) throw invalid("'messages' is missing: an array of messages.", 'messages');
  const stream = readBoolean(body, spans.stream, 'stream');
  return {
    body,
    spans,
    model,
    stream,
    includeUsage: stream && readIncludeUsage(body, spans.streamOptions),
    maxTokens: readLimit(body, spans.maxTokens, 'max_tokens'),
    maxCompletionTokens: readLimit(body, spans.maxCompletionTokens, 'max_completion_tokens'),
    choices: readChoices(body, spans.n ?? null),
    user: readUser(body, spans.user),
    json: lazyJson(body),
  };
}

/** Reads an embeddings body. Throws AppError invalid_request with `param`. */
export function readEmbeddingsRequest(body: Buffer): GatewayRequest {
  const spans = scanBody(body);
  const model = readModel(body, spans);
  const { input } = spans;
  const first = input === null ? 0 : body[input.start];
  if (input === null) throw invalid("'input' is missing: a string or an array.", 'input');
  if (first !== 0x22 && first !== 0x5b) throw wrongType('input', 'a string or an array');
  return {
    body,
    spans,
    model,
    stream: false,
    includeUsage: false,
    maxTokens: null,
    maxCompletionTokens: null,
    choices: 1,
    user: readUser(body, spans.user),
    json: lazyJson(body),
  };
}

const MAX_MODEL_NAME = 256;

function readModel(body: Buffer, spans: BodySpans): string {
  const span = spans.model;
  if (span === null) throw invalid("'model' is missing: the name of a model.", 'model');
  if (body[span.start] !== 0x22) throw wrongType('model', 'a string');
  const name = span.end - span.start > MAX_MODEL_NAME * 6 ? null : decodeString(body, span);
  if (name === null || name.length > MAX_MODEL_NAME) {
    throw wrongType('model', `a string of at most ${MAX_MODEL_NAME} characters`);
  }
  if (name.trim() === '') throw invalid("'model' must not be empty.", 'model');
  return name;
}

function isNull(body: Buffer, span: Span): boolean {
  return body[span.start] === 0x6e;
}

function readBoolean(body: Buffer, span: Span | null, param: string): boolean {
  if (span === null || isNull(body, span)) return false;
  const first = body[span.start];
  if (first === 0x74) return true;
  if (first === 0x66) return false;
  throw wrongType(param, 'true or false');
}

function readLimit(body: Buffer, span: Span | null, param: string): number | null {
  if (span === null || isNull(body, span)) return null;
  const value = Number(body.toString('latin1', span.start, Math.min(span.end, span.start + 32)));
  // llama.cpp's and LM Studio's word for "no limit", which clients made for them send to everybody.
  if (value === -1) return null;
  if (!Number.isInteger(value) || value < 1) throw wrongType(param, 'a whole number of at least 1');
  return value;
}

/** What is no count is the provider's to refuse: servers differ in what they take. */
function readChoices(body: Buffer, span: Span | null): number {
  if (span === null) return 1;
  const value = Number(body.toString('latin1', span.start, Math.min(span.end, span.start + 32)));
  return Number.isSafeInteger(value) && value > 1 ? value : 1;
}

function readIncludeUsage(body: Buffer, span: Span | null): boolean {
  if (span === null || isNull(body, span)) return false;
  if (body[span.start] !== 0x7b) throw wrongType('stream_options', 'an object');
  const options = parseObject(body.toString('utf8', span.start, span.end));
  const value = options['include_usage'];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw wrongType('stream_options.include_usage', 'true or false');
  return value;
}

function readUser(body: Buffer, span: Span | null): string {
  if (span === null || isNull(body, span)) return '';
  if (body[span.start] !== 0x22) throw wrongType('user', 'a string');
  const user = decodeString(body, span);
  if (user === null) throw badJson("a wrong escape stands in 'user'");
  return user;
}

function lazyJson(body: Buffer): () => JsonObject {
  let parsed: JsonObject | undefined;
  return () => {
    parsed ??= parseObject(body.toString('utf8'));
    return parsed;
  };
}

function parseObject(text: string): JsonObject {
  try {
    // The scanner has seen that it is an object.
    return JSON.parse(text) as JsonObject;
  } catch {
    throw badJson('it cannot be parsed');
  }
}
