import type { JsonObject } from '../adapter.ts';
import { answerTo, countAnswerTokens, type Answer } from './answer.ts';
import type { SimulatedModel } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import type { Prompt } from './prompt.ts';

/** One answered request, before it takes its wire form. */
export interface Run {
  readonly prompt: Prompt;
  readonly model: SimulatedModel;
  readonly answers: readonly Answer[];
  /** 24 hexadecimal digits. */
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** Null = the model reports none. */
  readonly usage: RunUsage | null;
}

export interface RunUsage {
  readonly promptTokens: number;
  /** Of the prompt's, read from the cache and written to it. */
  readonly cacheRead: number;
  readonly cacheWritten: number;
  readonly answerTokens: number;
  /** Of the answer's. */
  readonly reasoningTokens: number;
}

/** A failure in terms that both wires can express. */
export interface WireError {
  readonly status: number;
  readonly kind: 'invalid' | 'auth' | 'rate_limit' | 'server' | 'overloaded' | 'not_found' | 'overflow';
  readonly message: string;
  readonly param?: string;
}

/** One vendor's form of requests and answers. */
export interface Wire {
  /** Returns a sentence about what is wrong when the body is no request. */
  readPrompt(body: JsonObject): Prompt | string;
  whole(run: Run): JsonObject;
  /** The stream in whole frames; those of `[DONE]` or `message_stop` last. */
  frames(run: Run): Generator<string>;
  error(error: WireError): JsonObject;
  errorFrame(error: WireError): string;
  overflowMessage(prompt: Prompt, window: number): string;
}

export function runOf(
  prompt: Prompt,
  model: SimulatedModel,
  deps: { seed: string; cache: PromptCache; id: string; created: number },
): Run {
  const answers = Array.from({ length: prompt.choices }, (_, choice) =>
    answerTo(prompt, model, deps.seed, choice),
  );
  const cached = model.caches ? deps.cache.look(model.id, prompt.text) : { read: 0, written: 0 };
  const usage: RunUsage = {
    promptTokens: Math.max(prompt.tokens, cached.read + cached.written),
    cacheRead: cached.read,
    cacheWritten: cached.written,
    answerTokens: answers.reduce((sum, answer) => sum + countAnswerTokens(answer), 0),
    reasoningTokens: answers.reduce((sum, answer) => sum + answer.reasoning.length, 0),
  };
  return {
    prompt,
    model,
    answers,
    id: deps.id,
    created: deps.created,
    usage: model.mishap === 'no-usage' ? null : usage,
  };
}
