import type { Endpoint } from './adapter.ts';

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

/** Shorter ones are words that stand in for a key where none is needed: "none", "ollama". */
const SECRET_CHARS = 8;

/** The same, also without what signs us in at this provider, however it looks, and without its address. */
export function redactOwn(message: string, { origin, credentials, options }: Endpoint): string {
  const { host, hostname, port } = new URL(origin);
  const secrets = [...Object.values(credentials), ...headerValues(options['headers'])];
  // A name of one word alone may be any word of the message.
  const names = [origin, ...(port === '' ? [] : [host]), ...(hostname.includes('.') ? [hostname] : [])];
  let text = message;
  for (const secret of secrets) if (secret.length >= SECRET_CHARS) text = text.replaceAll(secret, '[key]');
  for (const name of names) text = text.replaceAll(name, '[address]');
  return text;
}

function headerValues(headers: unknown): string[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.values(headers).filter((value) => typeof value === 'string');
}
