import type Anthropic from '@anthropic-ai/sdk';
import type { FailureKind, UpstreamHeaders } from './adapter.ts';

/** An answer that is an error, on both wires, and what it must mean. */
export interface Failing {
  readonly name: string;
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly anthropic: string;
  readonly openai: string;
  readonly kind: FailureKind;
  readonly contextWindow?: number;
  readonly retryAfterMs?: number;
}

const envelope = (type: Anthropic.ErrorType | 'request_too_large', said: string): string =>
  JSON.stringify({
    type: 'error',
    error: { type, message: said },
    request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
  });
const openAiError = (type: string, said: string, code: string | null = null): string =>
  JSON.stringify({ error: { message: said, type, param: null, code } });
const HTML = '<html><head><title>502 Bad Gateway</title></head></html>';

export const FAILURES: readonly Failing[] = [
  {
    name: 'a request that is wrong',
    status: 400,
    headers: {},
    anthropic: envelope('invalid_request_error', 'max_tokens: 100000 > 64000, which is the maximum'),
    openai: openAiError('invalid_request_error', 'max_tokens is too large: 100000.', 'invalid_value'),
    kind: 'rejected',
  },
  {
    name: 'a prompt that does not fit',
    status: 400,
    headers: {},
    anthropic: envelope('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    openai: openAiError(
      'invalid_request_error',
      "This model's maximum context length is 200000 tokens. However, your messages resulted in 210000 tokens.",
      'context_length_exceeded',
    ),
    kind: 'context_overflow',
    contextWindow: 200_000,
  },
  {
    name: 'a key that is wrong',
    status: 401,
    headers: {},
    anthropic: envelope('authentication_error', 'invalid x-api-key'),
    openai: openAiError('invalid_request_error', 'Incorrect API key provided.', 'invalid_api_key'),
    kind: 'credentials',
  },
  {
    name: 'a model that is not there',
    status: 404,
    headers: {},
    anthropic: envelope('not_found_error', 'model: claude-none'),
    openai: openAiError('invalid_request_error', 'The model `claude-none` does not exist', 'model_not_found'),
    kind: 'rejected',
  },
  {
    name: 'a body that is too large',
    status: 413,
    headers: {},
    anthropic: envelope('request_too_large', 'Request exceeds the maximum size'),
    openai: openAiError('invalid_request_error', 'Request too large.'),
    kind: 'rejected',
  },
  {
    name: 'a rate limit, with the time to wait',
    status: 429,
    headers: { 'retry-after': '17' },
    anthropic: envelope(
      'rate_limit_error',
      'This request would exceed your rate limit of 400,000 input tokens per minute',
    ),
    openai: openAiError('requests', 'Rate limit reached', 'rate_limit_exceeded'),
    kind: 'rate_limited',
    retryAfterMs: 17_000,
  },
  {
    name: 'an error of the server',
    status: 500,
    headers: {},
    anthropic: envelope('api_error', 'Internal server error'),
    openai: openAiError('server_error', 'The server had an error'),
    kind: 'unavailable',
  },
  {
    name: 'an overloaded server',
    status: 529,
    headers: {},
    anthropic: envelope('overloaded_error', 'Overloaded'),
    openai: openAiError('server_error', 'The engine is currently overloaded, please try again later'),
    kind: 'unavailable',
  },
  { name: 'HTML from a proxy', status: 502, headers: {}, anthropic: HTML, openai: HTML, kind: 'unavailable' },
  { name: 'an empty body', status: 503, headers: {}, anthropic: '', openai: '', kind: 'unavailable' },
];

/** Errors inside a stream, after some text. */
export const BROKEN_STREAMS: readonly Omit<Failing, 'status' | 'headers'>[] = [
  {
    name: 'an overloaded server',
    anthropic: envelope('overloaded_error', 'Overloaded'),
    openai: openAiError('server_error', 'The engine is currently overloaded'),
    kind: 'unavailable',
  },
  {
    name: 'an error of the server',
    anthropic: envelope('api_error', 'Internal server error'),
    openai: openAiError('server_error', 'The server had an error'),
    kind: 'unavailable',
  },
];
