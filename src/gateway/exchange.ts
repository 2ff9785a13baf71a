import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AttemptTrace, Operation } from '../accounting/record.ts';
import type { Admission } from '../runtime/limiter.ts';
import type { KeyView, ServedModel, Snapshot } from '../runtime/view.ts';
import type { Routed } from './auto/route.ts';
import type { GatewayRequest } from './request.ts';

/**
 * One authenticated request on its way through the stages. The snapshot is taken once and kept to the end.
 * Fields that a later stage sets are null until then.
 */
export interface Exchange {
  /** UUIDv7; `x-request-id` and the row's id. */
  readonly id: string;
  /** Unix ms when it came. */
  readonly at: number;
  /** The same on the monotonic clock, ms. */
  readonly startedAt: number;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly operation: Operation;
  readonly snapshot: Snapshot;
  readonly key: KeyView;
  readonly userName: string;
  readonly sessionId: string;
  request: GatewayRequest | null;
  estimatedInputTokens: number;
  admission: Admission | null;
  plannedMs: number;
  /** The client named the provider: no other one may serve. */
  pinned: boolean;
  /** Those that failed before the answer began; the running one joins them when the request is settled. */
  readonly attempts: AttemptTrace[];
  /** When the running attempt began, monotonic ms; null = none runs. */
  attemptStartedAt: number | null;
  /** Who serves, or was last tried. */
  served: ServedModel | null;
  /** Who would have served but for a context overflow. */
  original: ServedModel | null;
  /** How the router has decided; null = the client's own choice serves. */
  routed: Routed | null;
  ttftMs: number | null;
  /** The answer's bytes for the encrypted snapshot; null unless prompt logging is on. */
  captured: Buffer[] | null;
  capturedBytes: number;
  /** Aborts the running attempt; set while one runs. */
  abort: (() => void) | null;
  clientGone: boolean;
  settled: boolean;
}

/** Prompt and answer are stored up to this size each; what is longer is cut and marked. */
export const MAX_CAPTURED_BYTES = 262_144;

/** Keeps what the client is sent (bytes, or a string of one character a byte), if prompts are logged. */
export function capture(exchange: Exchange, sent: Buffer | string): void {
  if (exchange.captured === null || exchange.capturedBytes >= MAX_CAPTURED_BYTES) return;
  const bytes = typeof sent === 'string' ? Buffer.from(sent, 'latin1') : sent;
  const room = MAX_CAPTURED_BYTES - exchange.capturedBytes;
  exchange.captured.push(Buffer.from(bytes.subarray(0, room)));
  exchange.capturedBytes += Math.min(room, bytes.length);
}
