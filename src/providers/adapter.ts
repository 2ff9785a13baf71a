import type { TokenUsage } from '../accounting/usage.ts';
import type { JsonObject } from '../json-object.ts';

export type { JsonObject, JsonValue } from '../json-object.ts';

/**
 * What a provider's adapter is: data that the console draws (label, form, features) and pure functions that
 * turn one call into one HTTP request and its answer into OpenAI's shape. An adapter does no I/O of its own:
 * the gateway sends, times out, aborts and retries. It must not keep state between calls.
 */
export interface Adapter {
  /** The `type` of a provider: openai, anthropic, … */
  readonly type: string;
  readonly label: string;
  /** Offered when a provider of this type is added; "" = must be typed. */
  readonly defaultBaseUrl: string;
  readonly form: readonly FormField[];
  readonly features: AdapterFeatures;

  /** The request for one chat completion. May be async for adapters that must fetch a token to sign with. */
  chat(endpoint: Endpoint, call: ChatCall): UpstreamRequest | Promise<UpstreamRequest>;
  /** A whole 2xx answer → OpenAI's `chat.completion`. Throws UpstreamFailure if the bytes are no such answer. */
  readChat(call: ChatCall, body: Buffer): Reply;
  /** Reader for one 2xx stream, whatever its framing. */
  readStream(call: ChatCall): StreamReader;

  /** Absent where the provider has no embeddings. */
  embeddings?(endpoint: Endpoint, call: EmbeddingsCall): UpstreamRequest | Promise<UpstreamRequest>;
  readEmbeddings?(call: EmbeddingsCall, body: Buffer): Reply;

  /** A non-2xx answer → what it means. Never throws; `body` may be empty, HTML, or cut off. */
  readError(status: number, headers: UpstreamHeaders, body: Buffer): UpstreamFailure;

  /** The cheapest request that shows whether the provider is up and the key is good. */
  probe(endpoint: Endpoint): UpstreamRequest | Promise<UpstreamRequest>;
  /** Everything that discovery needs: `send` does the I/O. Throws UpstreamFailure. */
  discover(endpoint: Endpoint, send: Send): Promise<Discovery>;
}

export interface AdapterFeatures {
  readonly chat: boolean;
  readonly embeddings: boolean;
  readonly discovery: boolean;
  /** True = requests and answers are OpenAI's own bytes, spliced and forwarded, never parsed as a whole. */
  readonly passthrough: boolean;
}

/** A field of the provider form, drawn by the console and checked by the domain. */
export interface FormField {
  /** A path in the provider's `config`: baseUrl, auth.apiKey, options.organization … */
  readonly path: string;
  readonly label: string;
  readonly kind: 'url' | 'text' | 'secret' | 'number' | 'boolean' | 'select';
  readonly required: boolean;
  readonly help?: string;
  readonly placeholder?: string;
  readonly options?: readonly string[];
}

/** Where a provider is and how to sign in to it. Credentials are plain text here: never log it. */
export interface Endpoint {
  /** scheme://host[:port], without a path. */
  readonly origin: string;
  /** The base URL's own path, without a trailing slash: "" or "/proxy". */
  readonly basePath: string;
  /** Found by discovery: "/v1", "/api/v1" or ""; null = not yet, use the adapter's default. */
  readonly apiPath: string | null;
  readonly authType: 'api_key' | 'bearer' | 'aws_credentials' | 'none';
  readonly credentials: Readonly<Record<string, string>>;
  readonly region: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

export type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly body: Buffer;
}

/** Sends one request and returns the whole answer, whatever its status. Throws UpstreamFailure when there is none. */
export type Send = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/** Byte range [start, end) of a value in the body. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the top-level members that the gateway cares for lie (gateway/scan.ts). Absent = not in the body. */
export interface BodySpans {
  readonly model: Span | null;
  readonly stream: Span | null;
  readonly streamOptions: Span | null;
  readonly maxTokens: Span | null;
  readonly maxCompletionTokens: Span | null;
  readonly messages: Span | null;
  readonly input: Span | null;
  readonly user: Span | null;
  readonly tools: Span | null;
  /** OpenRouter's own list of models to try. */
  readonly models?: Span | null;
  /** How many answers are wanted. */
  readonly n?: Span | null;
  /** Offset of the closing brace of the whole object. */
  readonly close: number;
}

/** One chat call to one upstream model. */
export interface ChatCall {
  /** The client's own bytes: valid UTF-8, an object, no governed member twice. Never mutate it. */
  readonly body: Buffer;
  readonly spans: BodySpans;
  /** The id to send. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client itself asked for `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** The upstream has refused to be asked for usage: what is added for others is not added for it. */
  readonly withoutUsage?: boolean;
  /** To be sent in place of the client's larger figure; null = leave what is there. */
  readonly maxTokens: number | null;
  readonly maxCompletionTokens: number | null;
  /** The model's output limit where known; for wire formats that require a limit when the client gave none. */
  readonly modelMaxOutputTokens: number | null;
  /** The parsed body; parsed at most once a request. Throws AppError invalid_request. */
  json(): JsonObject;
  /** Unix seconds and an id, for wire formats whose answers have none. */
  readonly created: number;
  readonly requestId: string;
}

export interface EmbeddingsCall {
  readonly body: Buffer;
  readonly spans: BodySpans;
  readonly model: string;
  json(): JsonObject;
}

/** A whole answer in OpenAI's shape: a JSON object, as bytes. */
export interface Reply {
  readonly body: Buffer;
  /** Null = the provider reported none. */
  readonly usage: TokenUsage | null;
  /** Tokens of the answer, guessed from its size; used only when usage is null. */
  readonly estimatedOutputTokens: number;
}

/** What a stream used, and its last bytes. */
export interface StreamEnd {
  /** As reported so far; null = nothing yet. */
  readonly usage: TokenUsage | null;
  /** True while `usage` holds a guess beside what was reported: some providers tell the output's tokens at its end. */
  readonly isUsageGuessed?: boolean;
  /** Tokens of what has been relayed so far, guessed; used only when usage is null. */
  readonly estimatedOutputTokens: number;
  /**
   * When all has come: what was held back, with `members` added to the top level of its last frame, then
   * `data: [DONE]`. `members` is JSON without braces: `"cost_info":{…},"auto_routing":{…}`; "" adds nothing.
   */
  finish(members: string): Buffer;
}

/**
 * Reads one upstream stream, in any split into chunks, and gives OpenAI's frames back. It holds back the last
 * frame only (the usage chunk if the client asked for it, else the one that carries `finish_reason`), so that
 * `finish` can add to it. One reader for each stream; not reusable.
 */
export interface StreamReader extends StreamEnd {
  /**
   * Takes the next bytes; returns what can go to the client now (whole SSE frames), or null if nothing can.
   * Throws UpstreamFailure when the provider reports an error inside the stream or the bytes are no such stream;
   * what came before it in the same chunk is in the failure's `before`.
   */
  push(chunk: Buffer): Buffer | null;
  /** True once the provider has said that the answer is complete (`[DONE]`, `message_stop`). */
  readonly done: boolean;
  /**
   * The upstream closed without saying `done`. True when the answer is complete all the same (a finish_reason
   * was seen: some servers leave `[DONE]` out); `finish` may then be called. False = cut off.
   */
  end(): boolean;
}

export interface DiscoveredModel {
  readonly id: string;
  readonly name?: string;
  readonly kind: 'chat' | 'embedding' | 'other';
  readonly ownedBy?: string;
  /** Unix seconds. */
  readonly created?: number;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly capabilities?: readonly string[];
  /** USD for a million tokens, only where the provider itself lists prices. */
  readonly inputPer1M?: number;
  readonly cachedInputPer1M?: number;
  readonly cacheWritePer1M?: number;
  readonly outputPer1M?: number;
  readonly reasoningPer1M?: number;
}

export interface Discovery {
  readonly models: readonly DiscoveredModel[];
  /** The path that answered: "/v1", "/api/v1" or "". */
  readonly apiPath: string;
}

/** What went wrong upstream; decides what happens next (retry, fall back, pass on). */
export type FailureKind =
  /** 400/404/413/422: the caller's fault; passed on with the upstream's message. */
  | 'rejected'
  /** The prompt does not fit; `contextWindow` if the provider told it. */
  | 'context_overflow'
  /** 401/403: our credentials. */
  | 'credentials'
  | 'rate_limited'
  /** 5xx and "overloaded". */
  | 'unavailable'
  /** Nothing was sent, or nothing came: connection refused, DNS, TLS, reset. */
  | 'connection'
  | 'timeout'
  /** 2xx with bytes that are no answer, or a stream that broke. */
  | 'malformed';

/** Thrown by adapters and by providers/http.ts. `message` is the upstream's own where there is one: no secrets, no addresses. */
export class UpstreamFailure extends Error {
  readonly kind: FailureKind;
  /** The upstream's status; null = there was no answer. */
  readonly status: number | null;
  readonly upstreamCode: string | null;
  readonly param: string | null;
  readonly retryAfterMs: number | null;
  /** The model's true window in tokens, when the overflow error told it. */
  readonly contextWindow: number | null;
  /** Thrown out of `push`: the frames of the same chunk that came before the error, to be relayed first. */
  readonly before: Buffer | null;
  /** The thrower decides: whether the same or another provider may be tried. */
  readonly isRetryable: boolean;

  constructor(
    kind: FailureKind,
    message: string,
    detail: {
      status?: number | null;
      upstreamCode?: string | null;
      param?: string | null;
      retryAfterMs?: number | null;
      contextWindow?: number | null;
      before?: Buffer | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, detail.cause === undefined ? {} : { cause: detail.cause });
    this.name = 'UpstreamFailure';
    this.kind = kind;
    this.status = detail.status ?? null;
    this.upstreamCode = detail.upstreamCode ?? null;
    this.param = detail.param ?? null;
    this.retryAfterMs = detail.retryAfterMs ?? null;
    this.contextWindow = detail.contextWindow ?? null;
    this.before = detail.before ?? null;
    this.isRetryable = kind !== 'rejected' && kind !== 'context_overflow';
  }
}
