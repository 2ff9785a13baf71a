import { normalizeModelId } from '../model-id.ts';

/** A tokenizer whose tables we have. What others use (Anthropic, Google) is not published. */
export const ENCODINGS = ['o200k_base', 'o200k_harmony', 'cl100k_base'] as const;
export type EncodingName = (typeof ENCODINGS)[number];

/** OpenAI's own list (tiktoken/model.py), for ids as normalizeModelId spells them: "gpt-4.1" is "gpt-4-1". */
const MODELS: readonly (readonly [RegExp, EncodingName])[] = [
  [/^gpt-oss\b/, 'o200k_harmony'],
  [/^(?:chatgpt-4o|gpt-4o|gpt-4-[15](?!\d)|gpt-5|codex-mini|o[134])(?:-|$)/, 'o200k_base'],
  [/^(?:gpt-4|gpt-3-5-turbo|gpt-35-turbo)(?:-|$)/, 'cl100k_base'],
  [/^text-embedding-(?:ada-002|3-small|3-large)$/, 'cl100k_base'],
];

/** The tokenizer of a model in any provider's spelling; null = not known. */
export function encodingOf(modelId: string): EncodingName | null {
  const id = normalizeModelId(modelId);
  return MODELS.find(([pattern]) => pattern.test(id))?.[1] ?? null;
}
