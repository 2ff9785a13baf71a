/**
 * Every way in which a request can fail, with its HTTP status and the `type` that OpenAI clients read.
 * `wireCode: false` = the documented error carries `code: null`.
 */
export const ERRORS = {
  // The gateway's own table (API reference, "Error Responses").
  missing_api_key: { status: 401, type: 'authentication_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  key_disabled: { status: 401, type: 'authentication_error' },
  key_expired: { status: 401, type: 'authentication_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  invalid_request: { status: 400, type: 'invalid_request_error', wireCode: false },
  context_length_exceeded: { status: 400, type: 'invalid_request_error' },
  body_too_large: { status: 413, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  route_not_found: { status: 404, type: 'invalid_request_error' },
  tenant_not_found: { status: 404, type: 'invalid_request_error' },
  access_denied: { status: 403, type: 'access_denied', wireCode: false },
  provider_error: { status: 503, type: 'provider_error', wireCode: false },
  provider_rate_limited: { status: 429, type: 'rate_limit_error' },
  draining: { status: 503, type: 'server_error' },
  // Console, GraphQL and REST.
  bad_input: { status: 400, type: 'invalid_request_error' },
  unauthenticated: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'access_denied' },
  not_found: { status: 404, type: 'invalid_request_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  too_many_attempts: { status: 429, type: 'rate_limit_error' },
  unavailable: { status: 503, type: 'server_error' },
  /** A subscriber that takes less than there is. */
  slow_consumer: { status: 429, type: 'rate_limit_error' },
  internal: { status: 500, type: 'server_error' },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  readonly status: number;
  readonly type: string;
  readonly wireCode?: false;
}

export type ErrorCode = keyof typeof ERRORS;

/** One input field that is wrong: `path` as the caller wrote it (`config.baseUrl`), `message` says what would be right. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** Which fields are wrong (admin) … */
  readonly fields?: readonly FieldProblem[];
  /** … and which parameter (gateway: OpenAI's `param`). */
  readonly param?: string;
  /** Sent as `retry-after`, rounded up to whole seconds. */
  readonly retryAfterMs?: number;
  /** Overrides the table's status: for an upstream's own 4xx, passed on, and for what is no HTTP or too much of it. */
  readonly status?: number;
  /** Overrides the `code` on the wire; only for an upstream's own 4xx, passed on. */
  readonly wireCode?: string | null;
}

/** The one error that is thrown on purpose. `message` may reach the user: no secret, no internal address. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldProblem[];
  readonly param: string | null;
  readonly retryAfterMs: number | null;
  readonly status: number;
  /** The `code` that the client reads; null where the documented error has none. */
  readonly wireCode: string | null;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AppError';
    const row: ErrorRow = ERRORS[code];
    this.code = code;
    this.fields = options.fields ?? [];
    this.param = options.param ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.status = options.status ?? row.status;
    this.wireCode =
      options.wireCode === undefined ? (row.wireCode === false ? null : code) : options.wireCode;
  }

  /** OpenAI's error `type`. */
  get type(): string {
    return ERRORS[this.code].type;
  }

  /** The body that OpenAI clients expect. */
  toOpenAI(): { error: { message: string; type: string; code: string | null; param: string | null } } {
    return { error: { message: this.message, type: this.type, code: this.wireCode, param: this.param } };
  }
}

/** An AppError as it is; anything else as `internal`, its text kept for the log and away from the client. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal', 'Something went wrong on our side. The request id names it in the log.', {
    cause: error,
  });
}
