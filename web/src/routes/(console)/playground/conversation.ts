import { isObject, parseObject, textAt } from './json.ts';
import type { Json } from './json.ts';

export const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof ROLES)[number];

/** One message as it is edited. */
export interface Message {
  role: Role;
  /** Its text; with `raw`, the whole message as JSON: pictures, calls of tools and their results. */
  text: string;
  raw: boolean;
}

/** What one column sets for itself; '' = not given. */
export interface Parameters {
  system: string;
  temperature: string;
  maxTokens: string;
}

export const NO_PARAMETERS: Parameters = { system: '', temperature: '', maxTokens: '' };

/** What is wrong with what is to be sent; null = nothing. */
export function problemOf(messages: readonly Message[], extra: string): string | null {
  const broken = messages.findIndex(({ raw, text }) => raw && parseObject(text) === null);
  if (broken !== -1) return `Message ${broken + 1} is not a JSON object.`;
  if (extra.trim() !== '' && parseObject(extra) === null) return 'Other members must be a JSON object.';
  return messages.some(({ text }) => text.trim() !== '') ? null : 'Write a message first.';
}

/** The body of a chat completion. Members that only one column sets stand above those for all. */
export function bodyOf(
  model: string,
  messages: readonly Message[],
  { system, temperature, maxTokens }: Parameters,
  extra: string,
): Record<string, unknown> {
  return {
    ...parseObject(extra),
    model,
    messages: [
      ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
      ...messages.filter(({ text }) => text.trim() !== '').map(toWire),
    ],
    ...(temperature === '' ? {} : { temperature: Number(temperature) }),
    ...(maxTokens === '' ? {} : { max_tokens: Number(maxTokens) }),
  };
}

function toWire({ role, text, raw }: Message): Json {
  return (raw ? parseObject(text) : null) ?? { role, content: text };
}

/** A logged request taken apart again. */
export interface Taken {
  readonly model: string;
  readonly messages: Message[];
  readonly parameters: Parameters;
  readonly extra: string;
}

/** From a stored prompt, which is the request's body as text; null = it was cut, or is none. */
export function takeApart(prompt: unknown): Taken | null {
  const body = typeof prompt === 'string' ? parseObject(prompt) : isObject(prompt) ? prompt : null;
  if (body === null || !Array.isArray(body['messages'])) return null;
  const {
    model,
    messages,
    temperature,
    max_tokens: maxTokens,
    stream: _stream,
    stream_options: _options,
    user: _user,
    ...rest
  } = body;
  const list: unknown[] = Array.isArray(messages) ? messages : [];
  return {
    model: typeof model === 'string' ? model : '',
    messages: list.filter(isObject).map(toMessage),
    parameters: {
      system: '',
      temperature: typeof temperature === 'number' ? String(temperature) : '',
      maxTokens: typeof maxTokens === 'number' ? String(maxTokens) : '',
    },
    extra: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, null, 2),
  };
}

function toMessage(message: Json): Message {
  const role = ROLES.find((known) => known === message['role']);
  const text = textAt(message, 'content');
  const isPlain = role !== undefined && text !== null && Object.keys(message).length === 2;
  return isPlain
    ? { role, text, raw: false }
    : { role: role ?? 'user', text: JSON.stringify(message, null, 2), raw: true };
}

/** Ready to paste; the key is not ours to show. */
export function curlOf(baseUrl: string, body: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl ${baseUrl}/chat/completions`,
    '  -H "Authorization: Bearer $PRISM_KEY"',
    '  -H "Content-Type: application/json"',
    `  -d '${json}'`,
  ].join(' \\\n');
}
