import { stringifyDocument } from '@urql/core';
import { PlaygroundChatDocument } from '#lib/generated/graphql.ts';
import type { PlaygroundChatSubscription } from '#lib/generated/graphql.ts';
import { consoleFetch } from '#lib/graphql/fetch.ts';
import { isObject, parseObject, textAt } from './json.ts';
import type { RunEvent } from './run-state.ts';

/** Why there is no answer, or no more of one. */
export interface SendProblem {
  readonly message: string;
  readonly code: string | null;
}

const UNREACHABLE: SendProblem = {
  message: 'The connection was lost. Is the server running, and is the network up?',
  code: 'unreachable',
};
/** GraphQL takes no larger body. */
const MOST_BYTES = 1_000_000;

/**
 * Sends one request and tells what happens, as server-sent events of its own: unlike the console's socket this never
 * connects again by itself, which would send, and pay, the request twice. Resolves with null at its end, or with why
 * it ended before; aborting `signal` ends the request at the gateway, too.
 */
export async function send(
  tenantId: string,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
  onevent: (event: RunEvent) => void,
): Promise<SendProblem | null> {
  const text = JSON.stringify({
    query: stringifyDocument(PlaygroundChatDocument),
    variables: { input: { tenantId, body } },
  });
  if (new Blob([text]).size > MOST_BYTES)
    return { message: 'The conversation is larger than 1 MB. Shorten it.', code: 'body_too_large' };
  try {
    const response = await consoleFetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: text,
      signal,
    });
    if (response.body === null || !isStream(response))
      return problemOf(parseObject(await response.text())) ?? UNREACHABLE;
    return await readEvents(response.body, onevent);
  } catch {
    return signal.aborted ? null : UNREACHABLE;
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onevent: (event: RunEvent) => void,
): Promise<SendProblem | null> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let isOver = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return isOver ? null : UNREACHABLE;
    const frames = (rest + value).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^event: next\ndata: (.*)$/s.exec(frame)?.[1];
      if (data === undefined) continue;
      const result = parseObject(data);
      const problem = problemOf(result);
      if (problem !== null) return problem;
      const event = eventOf(result);
      if (event === null) continue;
      isOver = event.__typename === 'PlaygroundEnded';
      onevent(event);
    }
  }
}

/** Its shape is the document's: the server checks what it sends against the schema. */
function eventOf(result: unknown): RunEvent | null {
  if (!isObject(result) || !isObject(result['data'])) return null;
  const { playgroundChat } = result['data'] as unknown as PlaygroundChatSubscription;
  return playgroundChat;
}

function problemOf(result: unknown): SendProblem | null {
  if (!isObject(result)) return null;
  const { errors } = result;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isObject(first)) return null;
  const extensions = isObject(first['extensions']) ? first['extensions'] : {};
  return {
    message: textAt(first, 'message') ?? UNREACHABLE.message,
    code: textAt(extensions, 'code'),
  };
}
