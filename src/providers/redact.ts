/** What a client is shown of an upstream's message at most. */
const MESSAGE_CHARS = 1000;

/** Keys and addresses have no business in what a client reads. Linear: no repetition beside another. */
const REDACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:sk|pk|rk|key|gsk|xai|hf|omp)[-_][\w*.-]{8,}/gi, '[key]'],
  [/\bBearer +[\w.~+/*=-]{4,}/gi, 'Bearer [key]'],
  [/\bAIza[\w-]{20,}/g, '[key]'],
  [
    /\b(?:https?|wss?):\/\/(?:localhost|[\w-]+(?=[:/\s"')]|$)|[\w.-]+:\d+|[\d.]+|\[[\da-f:]+\])[^\s"'<>)]*/gi,
    '[address]',
  ],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, '[address]'],
  [/\blocalhost(?::\d{1,5})?\b/gi, '[address]'],
];

/** An upstream's message as a client may read it: short, without keys and addresses. */
export function redact(message: string): string {
  let text = message.slice(0, MESSAGE_CHARS);
  for (const [pattern, instead] of REDACTIONS) text = text.replace(pattern, instead);
  return text;
}
