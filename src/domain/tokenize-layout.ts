import { seconds } from '../catalog/tokenizers/audio.ts';
import { imageTokens } from '../catalog/tokenizers/images.ts';
import { sizeOfBase64, sizeOfDataUrl } from '../catalog/tokenizers/image-size.ts';
import { isObject } from '../json-object.ts';
import type { Message, Part, Tool } from './tokenize-schema.ts';

/** What of a prompt is text, to be counted by a tokenizer or estimated, and what the rest of it costs. */
export interface Layout {
  readonly texts: readonly string[];
  /** Tokens that are no text: what frames messages and tools, images, sound. */
  readonly fixed: number;
  /** Messages; each ends with a line break, which counts as a character. */
  readonly breaks: number;
}

/** Role and delimiters of a message, and the beginning of the answer. */
const MESSAGE = 4;
const ANSWER = 3;
const NAME = 1;
const CALL = 3;
/** OpenAI: a token for each 100 ms of a person's voice. */
const AUDIO_A_SECOND = 10;

/**
 * Lays out a prompt by OpenAI's published way of counting (cookbook, "How to count tokens with tiktoken"): 3 tokens a
 * message and one for its role, one for a name, 3 for the answer that begins; tools by the same source.
 */
export function layOut(messages: readonly Message[], tools: readonly Tool[], model: string): Layout {
  const texts: string[] = [];
  let fixed = ANSWER;
  for (const { name, content, refusal, tool_calls: calls, function_call: oldCall } of messages) {
    fixed += MESSAGE;
    if (name != null) {
      texts.push(name);
      fixed += NAME;
    }
    if (refusal != null) texts.push(refusal);
    if (typeof content === 'string') texts.push(content);
    else for (const part of content ?? []) fixed += addPart(texts, part, model);
    for (const call of [...(calls ?? []).map((it) => it.function), oldCall]) {
      if (call == null) continue;
      texts.push(call.name, call.arguments ?? '');
      fixed += CALL;
    }
  }
  fixed += addTools(texts, tools);
  return { texts, fixed, breaks: messages.length };
}

/** Adds the text of a part; answers the tokens of what is none. */
function addPart(texts: string[], part: Part, model: string): number {
  const { type, text, refusal, image_url: image, input_audio: audio, source } = part;
  if (image !== undefined) {
    const { url, detail } = typeof image === 'string' ? { url: image, detail: null } : image;
    return imageTokens(model, sizeOfDataUrl(url), detail ?? 'auto');
  }
  if (type === 'image') {
    return imageTokens(model, source?.data === undefined ? null : sizeOfBase64(source.data), 'auto');
  }
  if (audio !== undefined) return Math.ceil(seconds(audio.data) * AUDIO_A_SECOND);
  if (text !== undefined) texts.push(text);
  if (refusal !== undefined) texts.push(refusal);
  // Files: what their pages cost is published by nobody, and a client's own member is not sent to the model as text.
  return 0;
}

/** OpenAI's figures for tools: what each of them, their properties and choices add to their text. */
const TOOL = 7;
const TOOLS_END = 12;
const PROPERTIES = 3;
const PROPERTY = 3;
const CHOICES = -3;
const CHOICE = 3;
/** Schemas nest; deeper than this nobody reads them. */
const DEEPEST = 32;

function addTools(texts: string[], tools: readonly Tool[]): number {
  const named = tools.flatMap((tool) => tool.function ?? []);
  if (named.length === 0) return 0;
  let fixed = TOOLS_END;
  for (const { name, description, parameters } of named) {
    texts.push(`${name}:${withoutStop(description ?? '')}`);
    fixed += TOOL + addProperties(texts, parameters ?? {}, 0);
  }
  return fixed;
}

function addProperties(texts: string[], schema: Readonly<Record<string, unknown>>, depth: number): number {
  if (depth > DEEPEST) return 0;
  const properties = Object.entries(objectOf(schema['properties']));
  let fixed = properties.length === 0 ? 0 : PROPERTIES;
  for (const [name, value] of properties) {
    const property = objectOf(value);
    const { type, description, enum: choices, items } = property;
    texts.push(`${name}:${textOf(type)}:${withoutStop(textOf(description))}`);
    fixed +=
      PROPERTY + addProperties(texts, property, depth + 1) + addProperties(texts, objectOf(items), depth + 1);
    if (!Array.isArray(choices)) continue;
    const listed: readonly unknown[] = choices;
    texts.push(...listed.slice(0, 10_000).map(textOf));
    fixed += CHOICES + CHOICE * Math.min(listed.length, 10_000);
  }
  return fixed;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function withoutStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
