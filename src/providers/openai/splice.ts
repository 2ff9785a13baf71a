import type { ChatCall, EmbeddingsCall, Span } from '../adapter.ts';
import { skipSpace } from '../json-spans.ts';
import { asObject, parseJson } from './fields.ts';

const MAX_TOKENS = Buffer.from('"max_tokens"');
/** OpenAI's models that reason take max_completion_tokens alone; a client that asks for `auto` cannot know. */
const NEEDS_NEW_NAME = /^(?:ft:)?(?:o\d|gpt-[5-9])/;

/** Bytes that take the place of [start, end); an empty range inserts. */
interface Edit extends Span {
  readonly text: string;
}

/**
 * The client's own bytes as they must go upstream: with the upstream's model id, with usage asked for on
 * streams, with output limits clamped and named as the model takes them; everything else as it came. One
 * allocation; the body itself when nothing changes.
 */
export function spliceChat(call: ChatCall): Buffer {
  const { body, spans } = call;
  const edits: Edit[] = [];
  replace(edits, body, spans.model, JSON.stringify(call.model));
  if (call.maxTokens !== null) replace(edits, body, spans.maxTokens, String(call.maxTokens));
  if (call.maxCompletionTokens !== null)
    replace(edits, body, spans.maxCompletionTokens, String(call.maxCompletionTokens));
  if (NEEDS_NEW_NAME.test(call.model)) renameLimit(edits, call);
  if (call.stream && !call.includeUsage && call.withoutUsage !== true)
    askForUsage(edits, body, spans.streamOptions, spans.close);
  return splice(body, edits);
}

/** The same for embeddings: only the model's id changes. */
export function spliceEmbeddings(call: EmbeddingsCall): Buffer {
  const edits: Edit[] = [];
  replace(edits, call.body, call.spans.model, JSON.stringify(call.model));
  return splice(call.body, edits);
}

function replace(edits: Edit[], body: Buffer, span: Span | null, text: string): void {
  if (span === null) return;
  if (body.toString('latin1', span.start, span.end) !== text)
    edits.push({ start: span.start, end: span.end, text });
}

function renameLimit(edits: Edit[], { body, spans }: ChatCall): void {
  if (spans.maxTokens === null || spans.maxCompletionTokens !== null) return;
  const start = body.lastIndexOf(MAX_TOKENS, spans.maxTokens.start);
  const end = start + MAX_TOKENS.length;
  // A name that is spelled with escapes is left alone.
  if (start === -1 || skipSpace(body, skipSpace(body, end) + 1) !== spans.maxTokens.start) return;
  edits.push({ start, end, text: '"max_completion_tokens"' });
}

/** The client's other stream options stay; they are a few dozen bytes, so they may be parsed. */
function askForUsage(edits: Edit[], body: Buffer, span: Span | null, close: number): void {
  if (span === null) {
    edits.push({ start: close, end: close, text: ',"stream_options":{"include_usage":true}' });
    return;
  }
  const options = asObject(parseJson(body.subarray(span.start, span.end))) ?? {};
  edits.push({ start: span.start, end: span.end, text: JSON.stringify({ ...options, include_usage: true }) });
}

function splice(body: Buffer, edits: Edit[]): Buffer {
  if (edits.length === 0) return body;
  edits.sort((a, b) => a.start - b.start);
  let length = body.length;
  for (const edit of edits) length += Buffer.byteLength(edit.text) - (edit.end - edit.start);
  const spliced = Buffer.allocUnsafe(length);
  let from = 0;
  let to = 0;
  for (const edit of edits) {
    to += body.copy(spliced, to, from, edit.start);
    to += spliced.write(edit.text, to);
    from = edit.end;
  }
  body.copy(spliced, to, from);
  return spliced;
}
