import type { ProviderModelRowFragment } from '#lib/generated/graphql.ts';

/** What one wants to know of an answer in OpenAI's shape. Null = it was not said. */
export interface Answer {
  readonly text: string;
  readonly model: string | null;
  readonly finish: string | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number;
  readonly outputTokens: number | null;
}

/** Reads OpenAI's `chat.completion`; what is not as it should be is left out. */
export function readAnswer(completion: Readonly<Record<string, unknown>>): Answer {
  const choice = record(list(completion['choices'])[0]);
  const message = record(choice['message']);
  const usage = record(completion['usage']);
  return {
    text: textOf(message['content']),
    model: string(completion['model']),
    finish: string(choice['finish_reason']),
    inputTokens: number(usage['prompt_tokens']),
    cachedTokens: number(record(usage['prompt_tokens_details'])['cached_tokens']) ?? 0,
    outputTokens: number(usage['completion_tokens']),
  };
}

type Prices = Pick<ProviderModelRowFragment, 'inputPer1M' | 'cachedInputPer1M' | 'outputPer1M'>;

/** What it cost at the listed prices, in USD; null = tokens or a price are not known. */
export function costOf(answer: Answer, prices: Prices | undefined): number | null {
  const { inputTokens, outputTokens, cachedTokens } = answer;
  if (prices === undefined || inputTokens === null || outputTokens === null) return null;
  const { inputPer1M, outputPer1M } = prices;
  if (inputPer1M === null || outputPer1M === null) return null;
  const cached = Math.min(cachedTokens, inputTokens);
  const cachedPer1M = prices.cachedInputPer1M ?? inputPer1M;
  return ((inputTokens - cached) * inputPer1M + cached * cachedPer1M + outputTokens * outputPer1M) / 1e6;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => string(record(part)['text']) ?? '')
    .join('');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function string(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
