import { isObject } from '../../json-object.ts';
import type { RequestTexts } from '../types.ts';

/** A parsed chat body; whatever a client may have put there. */
export type ChatBody = Readonly<Record<string, unknown>>;

/** What a walk over the messages finds, each message looked at once. */
export interface Conversation {
  readonly texts: RequestTexts;
  readonly images: number;
  readonly audio: number;
  readonly turns: number;
  readonly toolResults: number;
  readonly continuation: boolean;
  /** Characters of all texts by kind, for the token estimate. */
  readonly chars: CharCounts;
}

export interface CharCounts {
  prose: number;
  code: number;
  cjk: number;
  /** Messages, each with its frame of a few tokens. */
  messages: number;
}

const USER_HEAD = 2_000;
const USER_TAIL = 800;
const SYSTEM_HEAD = 2_000;
const SYSTEM_TAIL = 300;
const FIRST_HEAD = 500;
/** A text is weighed by a sample of this many characters from its head, and as many from its tail. */
const SAMPLE = 1_024;

/** Head and tail of a text that is longer than both. */
export function clip(text: string, head: number, tail: number): string {
  return text.length <= head + tail ? text : `${text.slice(0, head)}\n${text.slice(text.length - tail)}`;
}

/** Of a long text, so many characters are looked at word by word: what it is about shows there. */
const [LOOKED_HEAD, LOOKED_TAIL] = [800, 400];

/** The part of a text that is looked at word by word. */
export function lookedAt(text: string): string {
  return clip(text, LOOKED_HEAD, LOOKED_TAIL);
}

/** One pass over the messages; time grows with their number and bytes, never faster. */
export function readConversation(body: ChatBody): Conversation {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  const chars: CharCounts = { prose: 0, code: 0, cjk: 0, messages: messages.length };
  const people: string[] = [];
  let system = '';
  let images = 0;
  let audio = 0;
  let toolResults = 0;
  let lastRole = '';
  for (const message of messages as readonly unknown[]) {
    if (!isObject(message)) continue;
    const role = typeof message['role'] === 'string' ? message['role'] : '';
    const read = readContent(message['content']);
    images += read.images;
    audio += read.audio;
    weigh(read.text, chars);
    if (message['tool_calls'] !== undefined) chars.code += lengthOf(message['tool_calls']);
    lastRole = role;
    if (role === 'system' || role === 'developer') {
      if (system.length < SYSTEM_HEAD * 2) system += `${read.text}\n`;
    } else if (role === 'tool' || role === 'function') toolResults += 1;
    else if (role === 'user') people.push(read.text);
  }
  const last = people.at(-1) ?? '';
  const first = people.length > 1 ? (people[0] ?? '') : '';
  return {
    texts: {
      lastUser: clip(last, USER_HEAD, USER_TAIL),
      firstUser: first.slice(0, FIRST_HEAD),
      system: clip(system.trimEnd(), SYSTEM_HEAD, SYSTEM_TAIL),
    },
    images,
    audio,
    turns: people.length,
    toolResults,
    continuation: lastRole === 'tool' || lastRole === 'function',
    chars,
  };
}

interface Content {
  readonly text: string;
  readonly images: number;
  readonly audio: number;
}

/** A string, or parts of OpenAI's chat and responses wire formats. */
function readContent(content: unknown): Content {
  if (typeof content === 'string') return { text: content, images: 0, audio: 0 };
  if (!Array.isArray(content)) return { text: '', images: 0, audio: 0 };
  const texts: string[] = [];
  let images = 0;
  let audio = 0;
  for (const part of content as readonly unknown[]) {
    if (!isObject(part)) continue;
    const { type, text } = part;
    if (type === 'image_url' || type === 'input_image' || type === 'image') images += 1;
    else if (type === 'input_audio') audio += 1;
    else if (typeof text === 'string') texts.push(text);
  }
  return { text: texts.length === 1 ? (texts[0] ?? '') : texts.join('\n'), images, audio };
}

/** Adds a text's characters to their kinds, judged by a sample of it. */
function weigh(text: string, into: CharCounts): void {
  const { length } = text;
  if (length === 0) return;
  let cjk = 0;
  let symbols = 0;
  const count = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit < 0x80) symbols += IS_SYMBOL[unit] ?? 0;
      else if (unit >= 0x2e80) cjk += 1;
    }
  };
  const all = length <= SAMPLE * 2;
  count(0, all ? length : SAMPLE);
  if (!all) count(length - SAMPLE, length);
  const sampled = all ? length : SAMPLE * 2;
  const isCode = symbols / sampled > CODE_SYMBOLS;
  const wide = Math.round((cjk / sampled) * length);
  into.cjk += wide;
  if (isCode) into.code += length - wide;
  else into.prose += length - wide;
}

/** Of prose, 1 to 3 % of the characters are brackets, operators and the like; of code, 8 to 20 %. */
const CODE_SYMBOLS = 0.06;

/** By ASCII code: 1 = a bracket, an operator or the like. */
const IS_SYMBOL = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  '()*+/:;<=>[\\]^_{|}"'.includes(String.fromCharCode(unit)) ? 1 : 0,
);

/** Length of a value as JSON, without making that text: strings, and a little for each member. */
export function lengthOf(value: unknown): number {
  let length = 0;
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next === 'string') length += next.length + 2;
    else if (Array.isArray(next)) {
      for (const item of next) stack.push(item);
      length += 2;
    } else if (isObject(next)) {
      for (const name in next) {
        length += name.length + 4;
        stack.push(next[name]);
      }
    } else length += 4;
  }
  return length;
}
