import type { TokenUsage } from './usage.ts';

export type RequestStatus = 'success' | 'error' | 'aborted';
export type Operation = 'chat' | 'embeddings';

/** One attempt at one provider, for the trace. */
export interface AttemptTrace {
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the request came. */
  readonly startMs: number;
  readonly durationMs: number;
  /** ok, http_<status>, connect, timeout, reset, stream_error, breaker_open, context_overflow … */
  readonly outcome: string;
}

/** Where the time went, in ms since the request came, and who was tried. */
export interface RequestTrace {
  readonly plannedMs: number;
  readonly attempts: readonly AttemptTrace[];
  /**
   * What a token of each class cost then, in pico-USD: input, cached input, cache write, output, reasoning. Absent = no
   * price was known.
   */
  readonly rates?: readonly number[];
  /** Tokens that the model's context window then had; absent = not known. */
  readonly window?: number;
  /** Who asked, where the row's own `userName` stands for several (bound-users.ts). */
  readonly user?: string;
  /** The router's decision (gateway/auto/members.ts); absent where nothing was routed. */
  readonly routing?: Readonly<Record<string, unknown>>;
}

/**
 * What the journal holds of one finished request: one row of `request_log`.
 * Costs are whole pico-USD (1e-12 USD) as numbers, exact up to 2^53.
 */
export interface RequestRecord {
  /** UUIDv7. */
  readonly id: string;
  /** Unix ms when the request came. */
  readonly at: number;
  readonly tenantId: string;
  readonly keyId: string;
  readonly providerId: string | null;
  readonly providerSlug: string;
  readonly operation: Operation;
  /** As the client wrote it. */
  readonly requestedModel: string;
  /** The one that served; where nobody did, the one that was meant, "" = there is none of that name. */
  readonly model: string;
  readonly baselineModel: string;
  readonly category: string;
  readonly costTier: string;
  readonly autoRouted: boolean;
  readonly userName: string;
  readonly sessionId: string;
  readonly status: RequestStatus;
  readonly httpStatus: number;
  readonly errorType: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly streamed: boolean;
  readonly durationMs: number;
  readonly ttftMs: number | null;
  readonly attempts: number;
  readonly contextFallback: boolean;
  readonly usage: TokenUsage;
  readonly usageEstimated: boolean;
  readonly priced: boolean;
  readonly actualCostPico: number;
  readonly baselineCostPico: number;
  readonly trace: RequestTrace | null;
  /** Ciphertext of { prompt, answer }; null unless prompt logging is on. */
  readonly snapshot: string | null;
}

/** The true context window of a model, learned from its provider's overflow error. */
export interface LearnedWindow {
  readonly providerId: string;
  readonly modelId: string;
  readonly contextWindow: number;
}

/** One line of the journal. */
export type JournalEntry =
  | { readonly kind: 'request'; readonly request: RequestRecord }
  | { readonly kind: 'window'; readonly window: LearnedWindow };

/**
 * The durable way out of the gateway (accounting/journal.ts implements it).
 * `append` hands the entry over at once; `written` is called, in the same turn of the event loop in which
 * one write(2) has put this and all other entries of the turn into the file, or with the error that kept
 * it from that. The last byte of an answer goes to the client only from inside `written`.
 */
export interface JournalSink {
  append(entry: JournalEntry, written: (error: Error | null) => void): void;
}
