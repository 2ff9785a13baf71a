import { formatBytes } from '../bytes.ts';

/** One message of a conversation, as it can be read. */
export interface Message {
  /** system, user, assistant, tool … */
  readonly role: string;
  readonly text: string;
  /** What is not text: images, files, audio, by name and size. */
  readonly parts: readonly string[];
  /** What the model thought before it answered; '' = it did not say. */
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

export interface ToolCall {
  readonly name: string;
  /** JSON, or what there is of it. */
  readonly args: string;
}

/** The conversation that a client sent; null = that is none, or only a part of one was kept. */
export function readPrompt(stored: unknown): readonly Message[] | null {
  const body = record(parsed(stored));
  if (Array.isArray(body['messages'])) return body['messages'].map(readMessage);
  if (typeof body['input'] === 'string') return [message('input', body['input'])];
  if (Array.isArray(body['input'])) {
    return body['input'].map((one) => message('input', typeof one === 'string' ? one : JSON.stringify(one)));
  }
  return null;
}

/** What the client got: a whole answer or a stream of one; null = neither. */
export function readAnswer(stored: unknown): Message | null {
  const whole = record(parsed(stored));
  const choice = record(first(whole['choices']));
  if (choice['message'] !== undefined) return readMessage(choice['message']);
  return typeof stored === 'string' && /^data: /m.test(stored) ? readStream(stored) : null;
}

/** An answer in pieces (server-sent events). A stream that was cut gives what there is. */
function readStream(stream: string): Message {
  let text = '';
  let reasoning = '';
  const calls: { name: string; args: string }[] = [];
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const delta = record(record(first(record(parsed(line.slice(6)))['choices']))['delta']);
    if (typeof delta['content'] === 'string') text += delta['content'];
    if (typeof delta['reasoning_content'] === 'string') reasoning += delta['reasoning_content'];
    for (const raw of Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : []) {
      const call = record(raw);
      const at = typeof call['index'] === 'number' ? call['index'] : calls.length;
      const { name, arguments: args } = record(call['function']);
      const known = (calls[at] ??= { name: '', args: '' });
      if (typeof name === 'string') known.name += name;
      if (typeof args === 'string') known.args += args;
    }
  }
  return { ...message('assistant', text), reasoning, calls: calls.filter((call) => call !== undefined) };
}

function readMessage(raw: unknown): Message {
  const { role, content, reasoning_content: reasoning, tool_calls: calls } = record(raw);
  const list: readonly unknown[] = Array.isArray(content) ? content : [];
  const texts = list.flatMap((part) => {
    const { text } = record(part);
    return typeof text === 'string' ? [text] : [];
  });
  return {
    role: typeof role === 'string' ? role : '',
    text: typeof content === 'string' ? content : texts.join('\n'),
    parts: list.flatMap(partName),
    reasoning: typeof reasoning === 'string' ? reasoning : '',
    calls: (Array.isArray(calls) ? calls : []).map((call) => {
      const { name, arguments: args } = record(record(call)['function']);
      return { name: typeof name === 'string' ? name : '', args: typeof args === 'string' ? args : '' };
    }),
  };
}

/** Pictures are named and not drawn: the console loads nothing from elsewhere, nor what strangers have sent. */
function partName(raw: unknown): string[] {
  const part = record(raw);
  if (typeof part['text'] === 'string') return [];
  const type = typeof part['type'] === 'string' ? part['type'] : 'part';
  const url = record(part['image_url'])['url'];
  if (typeof url === 'string') {
    const inline = /^data:([^;,]+)[^,]*,/.exec(url);
    if (inline === null) return [`Image at ${url.slice(0, 200)}`];
    return [`Image, ${inline[1] ?? 'unknown type'}, ${formatBytes((url.length - inline[0].length) * 0.75)}`];
  }
  const { format, data } = record(part['input_audio']);
  if (typeof data === 'string') {
    return [`Audio${typeof format === 'string' ? `, ${format}` : ''}, ${formatBytes(data.length * 0.75)}`];
  }
  const { filename } = record(part['file']);
  return [typeof filename === 'string' ? `File ${filename}` : type.replaceAll('_', ' ')];
}

/** As it is best read: JSON indented, anything else as it came. */
export function pretty(stored: unknown): string {
  const value = parsed(stored);
  if (typeof value === 'string') return value;
  return value === undefined && typeof stored === 'string' ? stored : JSON.stringify(value ?? null, null, 2);
}

/** Stored as the text that went over the wire. Undefined = that is no JSON. */
function parsed(stored: unknown): unknown {
  if (typeof stored !== 'string') return stored;
  try {
    const value: unknown = JSON.parse(stored);
    return value;
  } catch {
    return undefined;
  }
}

function message(role: string, text: string): Message {
  return { role, text, parts: [], reasoning: '', calls: [] };
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
