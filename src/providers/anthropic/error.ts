import { UpstreamFailure, type FailureKind, type JsonObject, type UpstreamHeaders } from '../adapter.ts';
import { redact } from '../redact.ts';
import { isObject } from './fields.ts';

/** `error.type` → what it means for us. The status decides for types that are not here. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  invalid_request_error: 'rejected',
  not_found_error: 'rejected',
  request_too_large: 'rejected',
  authentication_error: 'credentials',
  permission_error: 'credentials',
  billing_error: 'credentials',
  rate_limit_error: 'rate_limited',
  timeout_error: 'timeout',
  api_error: 'unavailable',
  overloaded_error: 'unavailable',
};

/** The status that belongs to a type, for errors inside a stream, which have none of their own. */
const STATUSES: Readonly<Record<string, number>> = { request_too_large: 413, not_found_error: 404 };

/** Our account, not the caller's request, although the API says 400. */
const OUR_ACCOUNT = /credit balance is too low|specified (?:workspace )?api usage limits/i;

/** "prompt is too long: 210000 tokens > 200000 maximum" and its relatives; the figure is the model's window. */
const TOO_LONG = [
  /prompt is too long(?:: \d+ tokens > (\d+))?/i,
  /exceed(?:s|ed)? (?:the )?(?:model'?s? )?context (?:limit|window|length)(?:: \d+ \+ \d+ > (\d+))?/i,
];

/** The wire's member that a message names first → OpenAI's. */
const PARAMS: Readonly<Record<string, string>> = {
  max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k', model: 'model',
  messages: 'messages', system: 'messages', tools: 'tools', tool_choice: 'tool_choice', thinking: 'thinking',
  stop_sequences: 'stop', output_config: 'response_format', metadata: 'user',
}; // prettier-ignore

/** Errors are short; of what is longer, the beginning tells enough. */
const MAX_BODY = 256 * 1024;
/** What no provider means: a header that says more is wrong or hostile. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** A non-2xx answer → what it means. Never throws; the body may be empty, HTML or cut off. */
export function readError(status: number, headers: UpstreamHeaders, body: Buffer): UpstreamFailure {
  const envelope = parseEnvelope(body);
  if (envelope !== null) return envelopeFailure(status, envelope, headers);
  const kind = status === 404 ? 'unavailable' : kindOfStatus(status);
  return new UpstreamFailure(kind, `The provider answered with HTTP ${status}.`, {
    status,
    retryAfterMs: retryAfter(headers),
  });
}

/** Anthropic's `{type: "error", error: {type, message, details}}`, from an answer or from inside a stream. */
export function envelopeFailure(
  status: number | null,
  envelope: JsonObject,
  headers: UpstreamHeaders = {},
): UpstreamFailure {
  const error = isObject(envelope['error']) ? envelope['error'] : {};
  const type = typeof error['type'] === 'string' ? error['type'] : 'api_error';
  const text = typeof error['message'] === 'string' ? error['message'] : '';
  const message = text === '' ? `The provider reported ${type.slice(0, 60)}.` : redact(text);
  const details = isObject(error['details']) ? error['details'] : {};
  const code = typeof details['error_code'] === 'string' ? details['error_code'] : type;
  const base = {
    status: status ?? lookUp(STATUSES, type) ?? null,
    upstreamCode: code.slice(0, 100),
    retryAfterMs: retryAfter(headers),
  };
  const kind = lookUp(KINDS, type) ?? (status === null ? 'unavailable' : kindOfStatus(status));
  if (kind !== 'rejected') return new UpstreamFailure(kind, message, base);
  if (OUR_ACCOUNT.test(message)) return new UpstreamFailure('credentials', message, base);
  const overflow = TOO_LONG.map((pattern) => pattern.exec(message)).find((found) => found !== null);
  if (overflow !== undefined && overflow !== null) {
    const window = overflow[1] === undefined ? null : Number(overflow[1]);
    return new UpstreamFailure('context_overflow', message, {
      ...base,
      param: 'messages',
      contextWindow: window,
    });
  }
  return new UpstreamFailure('rejected', message, { ...base, param: paramOf(message) });
}

function parseEnvelope(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8', 0, MAX_BODY));
    return isObject(value) && isObject(value['error']) ? value : null;
  } catch {
    return null; // Empty, HTML or cut off: the status alone has to tell.
  }
}

function kindOfStatus(status: number): FailureKind {
  if (status === 401 || status === 402 || status === 403) return 'credentials';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429) return 'rate_limited';
  return status >= 400 && status < 500 ? 'rejected' : 'unavailable';
}

function paramOf(message: string): string | null {
  const head = /^([a-z_]+)[.:]/.exec(message)?.[1];
  return head === undefined ? null : (lookUp(PARAMS, head) ?? null);
}

/** Seconds, or a date; a date is measured against the answer's own `date`, so that no clock is needed. */
function retryAfter(headers: UpstreamHeaders): number | null {
  const value = single(headers['retry-after']);
  if (value === null) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds)
    ? Math.round(seconds * 1000)
    : Date.parse(value) - Date.parse(single(headers['date']) ?? '');
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), LONGEST_WAIT_MS) : null;
}

function single(value: string | readonly string[] | undefined): string | null {
  const first = typeof value === 'string' ? value : value?.[0];
  return first === undefined || first.trim() === '' ? null : first.trim();
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
