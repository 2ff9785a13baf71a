import { consoleFetch } from '#lib/graphql/fetch.ts';

/** What came back, as it came: here even an error is an answer to look at. */
export interface Answer {
  /** 0 = the server could not be reached. */
  readonly status: number;
  readonly ms: number;
  readonly requestId: string | null;
  readonly bytes: number;
  /** Of JSON, or the text itself where it is none. */
  readonly body: unknown;
}

export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string | null;
}

/** One query or mutation with the session of this console. Rejects only when `signal` is aborted. */
export async function send(question: Question, signal: AbortSignal): Promise<Answer> {
  const began = performance.now();
  try {
    const response = await consoleFetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      signal,
    });
    const text = await response.text();
    return {
      status: response.status,
      ms: performance.now() - began,
      requestId: response.headers.get('x-request-id'),
      bytes: new TextEncoder().encode(text).length,
      body: asJson(text),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = 'The server cannot be reached. Is it running, and is the network up?';
    return { status: 0, ms: performance.now() - began, requestId: null, bytes: 0, body: { message } };
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
