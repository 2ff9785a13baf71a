import type { PlaygroundChatSubscription } from '#lib/generated/graphql.ts';
import { isObject, numberAt, textAt } from './json.ts';

export type RunEvent = PlaygroundChatSubscription['playgroundChat'];

export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** How the router placed the request. */
export interface Route {
  readonly category: string;
  readonly tier: string;
  readonly confidence: number | null;
  readonly model: string;
  readonly reasoning: string;
}

/** One request of one column, as far as it has come. */
export interface Run {
  readonly phase: 'sent' | 'answering' | 'done' | 'failed' | 'stopped';
  /** What was sent. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  readonly httpStatus: number | null;
  /** Who serves. */
  readonly model: string | null;
  readonly provider: string | null;
  readonly text: string;
  readonly reasoning: string;
  /** Calls of tools that the answer asks for, by their place in it. */
  readonly toolCalls: readonly { readonly name: string; readonly arguments: string }[];
  readonly finishReason: string | null;
  /** To the first token of the answer, reasoning included, as the gateway's side measures it. */
  readonly firstMs: number | null;
  readonly totalMs: number | null;
  readonly usage: Usage | null;
  /** USD. */
  readonly cost: number | null;
  readonly saved: number | null;
  readonly route: Route | null;
  readonly error: { readonly message: string; readonly code: string | null } | null;
  /** The answer's chunks as they came. */
  readonly chunks: readonly unknown[];
}

export function newRun(request: Readonly<Record<string, unknown>>): Run {
  return {
    phase: 'sent',
    request,
    requestId: null,
    httpStatus: null,
    model: null,
    provider: null,
    text: '',
    reasoning: '',
    toolCalls: [],
    finishReason: null,
    firstMs: null,
    totalMs: null,
    usage: null,
    cost: null,
    saved: null,
    route: null,
    error: null,
    chunks: [],
  };
}

export function isRunning({ phase }: Run): boolean {
  return phase === 'sent' || phase === 'answering';
}

/** The run after the event. What comes after its end changes nothing. */
export function afterEvent(run: Run, event: RunEvent): Run {
  if (!isRunning(run)) return run;
  switch (event.__typename) {
    case 'PlaygroundBegan':
      return {
        ...run,
        phase: 'answering',
        requestId: event.requestId,
        httpStatus: event.httpStatus,
        model: event.model,
        provider: event.provider,
      };
    case 'PlaygroundChunks':
      return event.chunks.reduce<Run>((so, chunk) => withChunk(so, chunk, event.afterMs), run);
    default:
      return {
        ...run,
        phase: event.error === null ? 'done' : 'failed',
        totalMs: event.afterMs,
        error: event.error,
      };
  }
}

/** Ended before its own end: by the person here, or by the connection. */
export function cutRun(run: Run, error: Run['error']): Run {
  return isRunning(run) ? { ...run, phase: error === null ? 'stopped' : 'failed', error } : run;
}

/** Output tokens a second, from the first to the last; null = too little to say. */
export function tokensPerSecond({ usage, firstMs, totalMs }: Run): number | null {
  if (usage === null || firstMs === null || totalMs === null || usage.output < 2) return null;
  const seconds = (totalMs - firstMs) / 1000;
  return seconds < 0.02 ? null : usage.output / seconds;
}

function withChunk(run: Run, chunk: unknown, afterMs: number): Run {
  if (!isObject(chunk)) return run;
  const { choices } = chunk;
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const delta = isObject(choice) && isObject(choice['delta']) ? choice['delta'] : {};
  const text = textAt(delta, 'content') ?? '';
  const reasoning = textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning') ?? '';
  const calls = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : [];
  const isFirst = run.firstMs === null && (text !== '' || reasoning !== '' || calls.length > 0);
  const cost = isObject(chunk['cost_info']) ? chunk['cost_info'] : null;
  return {
    ...run,
    text: run.text + text,
    reasoning: run.reasoning + reasoning,
    toolCalls: calls.reduce<Run['toolCalls']>(withCall, run.toolCalls),
    finishReason: (isObject(choice) ? textAt(choice, 'finish_reason') : null) ?? run.finishReason,
    firstMs: isFirst ? afterMs : run.firstMs,
    usage: usageOf(chunk['usage']) ?? run.usage,
    cost: (cost && numberAt(cost, 'actual_cost')) ?? run.cost,
    saved: (cost && numberAt(cost, 'saved')) ?? run.saved,
    route: routeOf(chunk['auto_routing']) ?? run.route,
    chunks: [...run.chunks, chunk],
  };
}

function withCall(calls: Run['toolCalls'], part: unknown): Run['toolCalls'] {
  if (!isObject(part)) return calls;
  const index = numberAt(part, 'index') ?? 0;
  const given = isObject(part['function']) ? part['function'] : {};
  const known = calls[index] ?? { name: '', arguments: '' };
  const next = [...calls];
  next[index] = {
    name: known.name + (textAt(given, 'name') ?? ''),
    arguments: known.arguments + (textAt(given, 'arguments') ?? ''),
  };
  return next;
}

function usageOf(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const input = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const output = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {};
  return {
    input: numberAt(usage, 'prompt_tokens') ?? 0,
    cached: numberAt(input, 'cached_tokens') ?? 0,
    cacheWrite: numberAt(input, 'cache_write_tokens') ?? 0,
    output: numberAt(usage, 'completion_tokens') ?? 0,
    reasoning: numberAt(output, 'reasoning_tokens') ?? 0,
  };
}

function routeOf(route: unknown): Route | null {
  if (!isObject(route)) return null;
  return {
    category: textAt(route, 'category') ?? '',
    tier: textAt(route, 'cost_tier') ?? '',
    confidence: numberAt(route, 'confidence'),
    model: textAt(route, 'model_id') ?? '',
    reasoning: textAt(route, 'reasoning') ?? '',
  };
}
