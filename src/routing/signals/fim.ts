/**
 * Fill-in-the-middle markers of models that are trained on them: StarCoder and Qwen, DeepSeek, Code Llama, Codestral,
 * CodeGemma and StableCode. Nothing else counts: a text that speaks of autocompletion is not one.
 */
const PAIRS: readonly (readonly [string, string])[] = [
  ['<fim_prefix>', '<fim_suffix>'],
  ['<|fim_prefix|>', '<|fim_suffix|>'],
  ['<fim-prefix>', '<fim-suffix>'],
  ['<｜fim▁begin｜>', '<｜fim▁hole｜>'],
  ['<|fim_begin|>', '<|fim_hole|>'],
  ['<PRE>', '<SUF>'],
  ['[PREFIX]', '[SUFFIX]'],
  ['<|code_prefix|>', '<|code_suffix|>'],
];

/** Both markers of a pair, in a text without images: the request of an editor, not talk about one. */
export function isFillInMiddle(text: string): boolean {
  return PAIRS.some(([prefix, suffix]) => text.includes(prefix) && text.includes(suffix));
}
