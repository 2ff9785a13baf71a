import type { RequestDetailFragment } from '#lib/generated/graphql.ts';

/** What a row keeps of how it went. Rows of older versions have less of it. */
export interface Trace {
  /** When it was known who is asked, ms since the request came. */
  readonly plannedMs: number | null;
  readonly attempts: readonly Attempt[];
  /** USD for a million tokens then; null = not known. */
  readonly prices: Prices | null;
  /** Tokens that the model could take then; null = not known. */
  readonly window: number | null;
  /** The router's decision, as lib/decision reads it; null = nothing was routed. */
  readonly routing: unknown;
}

export interface Attempt {
  readonly provider: string;
  readonly model: string;
  /** Ms since the request came. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: string;
}

export interface Prices {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

export function readTrace(raw: unknown): Trace {
  const trace = record(raw);
  const attempts = Array.isArray(trace['attempts']) ? trace['attempts'].flatMap(readAttempt) : [];
  return {
    plannedMs: figure(trace['plannedMs']),
    attempts,
    prices: readPrices(trace['rates']),
    window: figure(trace['window']),
    routing: trace['routing'] ?? null,
  };
}

function readAttempt(raw: unknown): Attempt[] {
  const { provider, model, startMs, durationMs, outcome } = record(raw);
  const [start, duration] = [figure(startMs), figure(durationMs)];
  if (start === null || duration === null) return [];
  const word = (value: unknown): string => (typeof value === 'string' ? value : '');
  return [
    {
      provider: word(provider),
      model: word(model),
      startMs: start,
      durationMs: duration,
      outcome: word(outcome),
    },
  ];
}

/** Stored as pico-USD a token: a million of them cost a millionth of that in USD. */
function readPrices(raw: unknown): Prices | null {
  const rates = Array.isArray(raw) ? raw.map(figure) : [];
  const [input, cached, cacheWrite, output, reasoning] = rates.map((rate) =>
    rate === null ? null : rate / 1e6,
  );
  if (input == null || cached == null || cacheWrite == null || output == null || reasoning == null)
    return null;
  return { input, cached, cacheWrite, output, reasoning };
}

/** A part of the time that a request took; the kind says who had it in hand. */
export interface Stage {
  readonly label: string;
  readonly note: string;
  readonly kind: 'own' | 'waiting' | 'answering' | 'failed';
  readonly startMs: number;
  readonly endMs: number;
}

type Times = Pick<RequestDetailFragment, 'durationMs' | 'ttftMs' | 'streamed'>;

/** All stages in their order: our own, then each attempt, the one that answered in two parts. */
export function stagesOf(
  { durationMs, ttftMs, streamed }: Times,
  { plannedMs, attempts }: Trace,
): readonly Stage[] {
  const stages: Stage[] = [];
  const planned = plannedMs ?? attempts[0]?.startMs ?? null;
  if (planned !== null) {
    stages.push({ label: 'Sign-in and plan', note: '', kind: 'own', startMs: 0, endMs: planned });
  }
  for (const { provider, model, startMs, durationMs: took, outcome } of attempts) {
    const endMs = startMs + took;
    const label = [provider, model].filter((part) => part !== '').join('/');
    const answered = ttftMs !== null && ttftMs >= startMs && ttftMs <= endMs;
    if (!answered) {
      const kind = outcome === 'ok' ? 'answering' : 'failed';
      stages.push({ label, note: outcomeWords(outcome), kind, startMs, endMs });
      continue;
    }
    stages.push({ label, note: 'until the first byte', kind: 'waiting', startMs, endMs: ttftMs });
    const kind = outcome === 'ok' ? 'answering' : 'failed';
    const note = outcome === 'ok' ? '' : outcomeWords(outcome);
    stages.push({ label: streamed ? 'Stream' : 'Answer', note, kind, startMs: ttftMs, endMs });
  }
  const end = Math.max(0, ...stages.map(({ endMs }) => endMs));
  if (attempts.length > 0 && durationMs - end >= 1) {
    stages.push({ label: 'To the client', note: '', kind: 'own', startMs: end, endMs: durationMs });
  }
  return stages;
}

/** What of the time was ours and not a provider's, ms; null = not known. */
export function ownTime({ durationMs }: Times, { attempts, plannedMs }: Trace): number | null {
  if (plannedMs === null && attempts.length === 0) return null;
  const theirs = attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
  return Math.max(0, durationMs - theirs, attempts.length === 0 ? durationMs : (plannedMs ?? 0));
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'answered',
  aborted: 'the client went away',
  broken: 'broke off',
  connect: 'could not be reached',
  timeout: 'took too long',
  reset: 'closed the connection',
  stream_error: 'broke off while it streamed',
  breaker_open: 'not asked: it had failed too often',
  context_overflow: 'the prompt was too long',
};

/** What became of an attempt, for people. */
export function outcomeWords(outcome: string): string {
  const status = /^http_(\d+)$/.exec(outcome)?.[1];
  if (status !== undefined) return `answered ${status}`;
  return OUTCOMES[outcome] ?? outcome.replaceAll('_', ' ');
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
