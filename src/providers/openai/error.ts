import { UpstreamFailure, type FailureKind, type JsonObject, type UpstreamHeaders } from '../adapter.ts';
import { redact } from '../redact.ts';
import { asCount, asObject, asText, parseJson } from './fields.ts';
import { readOverflow } from './overflow.ts';
import { readRetryAfter } from './retry-after.ts';

/** Bodies of errors are short; of what is longer the beginning tells enough. */
const BODY_BYTES = 256 * 1024;
/** A code or a parameter's name is shorter; what is longer is none, and goes to the caller. */
const WORD_CHARS = 100;

interface ErrorFields {
  readonly message: string | null;
  readonly code: string | null;
  readonly param: string | null;
  /** llama.cpp tells the window in a member of its own. */
  readonly contextWindow: number | null;
  /** OpenRouter's 403 for a prompt that its moderation has flagged: the caller's affair, not our key's. */
  readonly isModeration: boolean;
}

const NOTHING: ErrorFields = {
  message: null,
  code: null,
  param: null,
  contextWindow: null,
  isModeration: false,
};

/** A non-2xx answer → what it means. `now` (Unix ms) dates a retry-after that is a date. */
export function readErrorResponse(
  status: number,
  headers: UpstreamHeaders,
  body: Buffer,
  now: number,
): UpstreamFailure {
  const fields = readBody(parseJson(body.subarray(0, BODY_BYTES)));
  return toFailure(status, fields, readRetryAfter(headers, fields.message, now));
}

/** An error object inside a 2xx answer or stream. A numeric `code` is a status there (OpenRouter, vLLM). */
export function readInnerError(error: unknown): UpstreamFailure {
  const fields = readBody({ error });
  const code = Number(fields.code);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500;
  return toFailure(status, fields, null);
}

function toFailure(status: number, fields: ErrorFields, retryAfterMs: number | null): UpstreamFailure {
  const overflow = [400, 413, 422, 500].includes(status)
    ? readOverflow(fields.code, fields.message ?? '')
    : null;
  return new UpstreamFailure(
    overflow ? 'context_overflow' : kindOf(status, fields),
    fields.message === null ? `The provider answered with status ${status}.` : redact(fields.message),
    {
      status,
      upstreamCode: fields.code?.slice(0, WORD_CHARS) ?? null,
      param: fields.param?.slice(0, WORD_CHARS) ?? null,
      retryAfterMs,
      contextWindow: overflow?.contextWindow ?? (overflow ? fields.contextWindow : null),
    },
  );
}

function kindOf(status: number, fields: ErrorFields): FailureKind {
  if (status === 403 && fields.isModeration) return 'rejected';
  // 402: our account at the provider is empty.
  if (status === 401 || status === 402 || status === 403) return 'credentials';
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status >= 400 && status < 500 && status !== 425) return 'rejected';
  return 'unavailable';
}

/**
 * `{error: {message, type, code, param}}` (OpenAI and most), `{error: "text"}` (LM Studio, Ollama),
 * `{object: "error", message, code}` (older vLLM), `{detail: "text" | [{msg, loc}]}` (FastAPI),
 * `[{error: …}]` (Gemini), and OpenRouter's, whose `metadata.raw` holds the real provider's body.
 */
function readBody(body: unknown): ErrorFields {
  const root = asObject(Array.isArray(body) ? body[0] : body);
  if (!root) return NOTHING;
  const error = asObject(root['error']) ?? root;
  const inner = asObject(error['metadata']);
  const raw = inner && readRaw(inner['raw']);
  const code = error['code'] ?? error['type'];
  return {
    message: raw?.message ?? readMessage(root, error),
    code: raw?.code ?? (typeof code === 'number' ? String(code) : asText(code)),
    param: raw?.param ?? asText(error['param']),
    contextWindow: raw?.contextWindow ?? asCount(error['n_ctx']),
    isModeration: Array.isArray(inner?.['reasons']),
  };
}

function readRaw(raw: unknown): ErrorFields | null {
  const text = asText(raw);
  const parsed = text === null ? raw : parseJson(Buffer.from(text));
  const fields = asObject(parsed) ? readBody(asObject(parsed)) : { ...NOTHING, message: text };
  return fields.message === null ? null : fields;
}

function readMessage(root: JsonObject, error: JsonObject): string | null {
  const detail = root['detail'];
  if (Array.isArray(detail)) {
    const parts = detail.map((item) => asText(asObject(item)?.['msg'])).filter((part) => part !== null);
    if (parts.length > 0) return parts.join('; ');
  }
  return asText(error['message']) ?? asText(root['error']) ?? asText(root['message']) ?? asText(detail);
}
