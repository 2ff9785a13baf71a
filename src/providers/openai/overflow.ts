/** A prompt that does not fit, as a provider's error says it. */
export interface Overflow {
  /** The true window in tokens; null = the message does not tell it. */
  readonly contextWindow: number | null;
}

/**
 * How servers say it. Each expression is tried on a bounded text and holds no nested or adjacent repetition, so
 * that it is linear; `window` is the model's limit, not what was asked for.
 */
const PHRASINGS: readonly RegExp[] = [
  // OpenAI, vLLM, OpenRouter, DeepSeek, SGLang, LiteLLM; Fireworks: "…, model maximum context length: 131071"
  /maximum context length(?:: | is | of | \()(?<window>[\d,]{2,12})/,
  // OpenAI, where the prompt has a limit of its own
  /input tokens exceed the configured limit of (?<window>[\d,]{2,12})/,
  // vLLM: "longer than the maximum model length of 4096", "… (length 5000) exceeds the maximum model length (4096)"
  /maximum model length (?:of |is |\()?(?<window>[\d,]{2,12})/,
  // SGLang: "The input (5000 tokens) is longer than the model's context length (4096 tokens)."
  /longer than the model's context length \((?<window>[\d,]{2,12})/,
  // xAI
  /maximum prompt length is (?<window>[\d,]{2,12})/,
  // Mistral
  /too large for model with (?<window>[\d,]{2,12}) maximum context length/,
  // Gemini's compatible API
  /exceeds the maximum number of tokens allowed \(?(?<window>[\d,]{2,12})/,
  // LM Studio
  /loaded with context length of only (?<window>[\d,]{2,12})/,
  /context length \(n_keep: ?\d{1,9} ?>= ?n_ctx: ?(?<window>[\d,]{2,12})/,
  // llama.cpp
  /exceeds? the available context size \((?<window>[\d,]{2,12})/,
  // TGI: "`inputs` tokens + `max_new_tokens` must be <= 4096"
  /`max_new_tokens` must be <= (?<window>[\d,]{2,12})/,
  // GitHub Copilot
  /prompt token count of \d{1,12} exceeds the limit of (?<window>[\d,]{2,12})/,
  // GitHub Models: "Request body too large for gpt-4o model. Max size: 8000 tokens."
  /request body too large for .{1,200} model\. max size: (?<window>[\d,]{2,12}) tokens/,
  // Moonshot
  /exceeded model token limit: (?<window>[\d,]{2,12})/,
  // Cerebras: "Please reduce the length of the messages or completion. Current length is 40000 while limit is 8192"
  /current length is \d{1,12} while limit is (?<window>[\d,]{2,12})/,
  // The same without a figure
  /maximum context length/,
  /context[ _]length[ _]exceeded/,
  /exceeds? the available context size/,
  /exceeds the context window/,
  /exceeded (?:the )?(?:model's )?context window/,
  /initial prompt is greater than the context length/,
  /context the overflows/,
  /prompt is too long/,
  // Groq
  /please reduce the length of the messages/,
  // Bedrock
  /input is too long for requested model/,
  // Ollama
  /input length exceeds the context length/,
  // MiniMax
  /context window exceeds limit/,
  // Zhipu
  /prompt exceeds max length/,
];

/** OpenAI's (and its imitators'), llama.cpp's. */
const CODES: ReadonlySet<string> = new Set(['context_length_exceeded', 'exceed_context_size_error']);

/** Longer than any of the messages above; what stands beyond is somebody's prompt, quoted. */
const READ_CHARS = 2000;

/** Whether an error of status 400, 413, 422 or 500 says that the prompt does not fit; null = it says something else. */
export function readOverflow(code: string | null, message: string): Overflow | null {
  const text = message.slice(0, READ_CHARS).toLowerCase();
  for (const phrasing of PHRASINGS) {
    const match = phrasing.exec(text);
    if (!match) continue;
    const window = Number((match.groups?.['window'] ?? '').replaceAll(',', ''));
    return { contextWindow: Number.isSafeInteger(window) && window > 0 ? window : null };
  }
  return code !== null && CODES.has(code) ? { contextWindow: null } : null;
}
