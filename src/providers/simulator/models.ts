/** What a simulated model does instead of, or in the middle of, answering. */
export type Mishap =
  | 'error-400'
  | 'error-401'
  | 'error-429'
  | 'error-500'
  | 'slow-first-byte'
  | 'stall'
  | 'break'
  | 'stream-error'
  | 'no-usage'
  | 'no-done'
  | 'html';

export interface SimulatedModel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'chat' | 'embedding';
  /** What the model list says, in tokens. */
  readonly contextWindow: number;
  /** What it really takes; the overflow error tells it. */
  readonly trueWindow: number;
  readonly maxOutputTokens: number;
  /** Null = as fast as it goes. */
  readonly pace: { readonly firstTokenMs: number; readonly tokensPerSecond: number } | null;
  /** Writes its thoughts before its answer. */
  readonly reasons: boolean;
  /** Reports cached tokens for long beginnings that it has seen before. */
  readonly caches: boolean;
  /** Made-up USD for a million tokens, so that costs are shown. */
  readonly price: { readonly input: number; readonly cachedInput: number; readonly output: number };
  readonly mishap: Mishap | null;
}

/** 2025-01-01: when a model "was created". */
export const CREATED = 1_735_689_600;

const CHAT: Omit<SimulatedModel, 'id' | 'name'> = {
  kind: 'chat',
  contextWindow: 128_000,
  trueWindow: 128_000,
  maxOutputTokens: 16_384,
  pace: { firstTokenMs: 200, tokensPerSecond: 60 },
  reasons: false,
  caches: true,
  price: { input: 1, cachedInput: 0.25, output: 4 },
  mishap: null,
};

/** Mishaps are told fast: only the waiting itself takes time. */
const FAST = { ...CHAT, pace: null, caches: false };

/** All that the simulator serves. Prices and windows are inventions, and their names say "simulated". */
export const SIMULATED_MODELS: readonly SimulatedModel[] = [
  { ...CHAT, id: 'sim-chat', name: 'Simulated chat' },
  {
    ...CHAT,
    id: 'sim-mini',
    name: 'Simulated chat, small and cheap',
    contextWindow: 32_000,
    trueWindow: 32_000,
    maxOutputTokens: 4096,
    pace: { firstTokenMs: 80, tokensPerSecond: 150 },
    price: { input: 0.1, cachedInput: 0.025, output: 0.4 },
  },
  {
    ...CHAT,
    id: 'sim-large',
    name: 'Simulated chat, large and dear',
    contextWindow: 1_000_000,
    trueWindow: 1_000_000,
    maxOutputTokens: 64_000,
    pace: { firstTokenMs: 500, tokensPerSecond: 40 },
    price: { input: 5, cachedInput: 0.5, output: 25 },
  },
  { ...CHAT, id: 'sim-reasoning', name: 'Simulated reasoning', reasons: true },
  {
    ...FAST,
    id: 'sim-fast',
    name: 'Simulated chat without any delay',
    contextWindow: 8_000_000,
    trueWindow: 8_000_000,
  },
  { ...FAST, id: 'sim-cache', name: 'Simulated chat without delay, with a prompt cache', caches: true },
  { ...FAST, id: 'sim-thinker', name: 'Simulated reasoning without any delay', reasons: true },
  {
    ...FAST,
    id: 'sim-embedding',
    name: 'Simulated embeddings',
    kind: 'embedding',
    contextWindow: 8192,
    trueWindow: 8192,
    price: { input: 0.02, cachedInput: 0.02, output: 0 },
  },
  {
    ...FAST,
    id: 'sim-overflow',
    name: 'Simulated chat whose window is smaller than its list says',
    contextWindow: 4096,
    trueWindow: 512,
    maxOutputTokens: 256,
  },
  { ...FAST, id: 'sim-error-400', name: 'Simulated refusal of the request', mishap: 'error-400' },
  { ...FAST, id: 'sim-error-401', name: 'Simulated refusal of the key', mishap: 'error-401' },
  { ...FAST, id: 'sim-error-429', name: 'Simulated rate limit', mishap: 'error-429' },
  { ...FAST, id: 'sim-error-500', name: 'Simulated server error', mishap: 'error-500' },
  {
    ...FAST,
    id: 'sim-slow-first-byte',
    name: 'Simulated long wait for the first byte',
    mishap: 'slow-first-byte',
  },
  { ...FAST, id: 'sim-stall', name: 'Simulated answer that stands still', mishap: 'stall' },
  { ...FAST, id: 'sim-break', name: 'Simulated connection reset in mid-answer', mishap: 'break' },
  { ...FAST, id: 'sim-stream-error', name: 'Simulated error in mid-stream', mishap: 'stream-error' },
  { ...FAST, id: 'sim-no-usage', name: 'Simulated chat that reports no usage', mishap: 'no-usage' },
  { ...FAST, id: 'sim-no-done', name: 'Simulated stream without its end mark', mishap: 'no-done' },
  { ...FAST, id: 'sim-html', name: 'Simulated web page in place of an answer', mishap: 'html' },
];

/** The list in OpenAI's form, with the members by which others tell windows and prices. */
export function openAiList(): object {
  return {
    object: 'list',
    data: SIMULATED_MODELS.map((model) => ({
      id: model.id,
      object: 'model',
      created: CREATED,
      owned_by: 'simulator',
      name: model.name,
      type: model.kind,
      context_length: model.contextWindow,
      max_output_tokens: model.maxOutputTokens,
      capabilities: { tool_use: true, vision: true, structured_output: true, reasoning: model.reasons },
      pricing: {
        input: model.price.input,
        cached_input: model.price.cachedInput,
        output: model.price.output,
      },
    })),
  };
}

/** The list in Anthropic's form. */
export function anthropicList(): object {
  const data = SIMULATED_MODELS.filter((model) => model.kind === 'chat').map((model) => ({
    type: 'model',
    id: model.id,
    display_name: model.name,
    created_at: new Date(CREATED * 1000).toISOString(),
    max_input_tokens: model.contextWindow,
    max_tokens: model.maxOutputTokens,
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
