import { Agent, request as send, type IncomingMessage } from 'node:http';

/** What a client has seen of one answer. */
export interface Seen {
  /** x-request-id; null = no head of an answer came. */
  id: string | null;
  /** HTTP status; null = none came. */
  status: number | null;
  readonly streamed: boolean;
  readonly model: string;
  /** The whole body, or `data: [DONE]`: from then on the request must be in the log for good. */
  complete: boolean;
  /** The answer ended in order: complete, or a stream that told of an error as its last word. */
  ended: boolean;
  /** `cost_info.actual_cost` in USD; null = it was not told. */
  costUsd: number | null;
  /** `error.code`, or type, of a JSON answer or of the last frame. */
  error: string | null;
  /** From the call to the end of the answer, or to its break. */
  ms: number;
}

export interface Ask {
  readonly path?: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Called with the answer's head; may destroy it, or read it slowly. */
  readonly onAnswer?: (answer: IncomingMessage) => void;
  /** Ends the request from outside. */
  readonly signal?: AbortSignal;
  /** Breaks off in the middle of sending the body. */
  readonly half?: boolean;
}

/** An application with its key, on connections of its own that are kept and used again. */
export interface Application {
  /** Sends one request. Never rejects: a break is what it has seen. */
  ask(ask: Ask): Promise<Seen>;
  close(): void;
}

export interface Credentials {
  readonly slug: string;
  readonly apiKey: string;
}

export function createApplication(options: Credentials & { readonly origin: string }): Application {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  return {
    ask: (ask) => askOnce(options, agent, ask),
    close: () => agent.destroy(),
  };
}

/** As much of a stream's end as holds its last frames. */
const TAIL = 16_384;

function askOnce(
  { origin, slug, apiKey }: Credentials & { readonly origin: string },
  agent: Agent,
  { path = '/chat/completions', body, onAnswer, signal, half = false }: Ask,
): Promise<Seen> {
  const startedAt = performance.now();
  const seen: Seen = {
    id: null,
    status: null,
    streamed: body['stream'] === true,
    model: String(body['model']),
    complete: false,
    ended: false,
    costUsd: null,
    error: null,
    ms: 0,
  };
  return new Promise((resolve) => {
    const done = (): void => {
      seen.ms = performance.now() - startedAt;
      resolve(seen);
    };
    const req = send(`${origin}/api/${slug}/v1${path}`, {
      method: 'POST',
      agent,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    });
    req.on('error', done);
    req.on('response', (answer) => {
      const id = answer.headers['x-request-id'];
      seen.id = typeof id === 'string' ? id : null;
      seen.status = answer.statusCode ?? null;
      let got = '';
      answer.setEncoding('utf8');
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
      answer.on('data', (part: string) => {
        got = isStream ? got.slice(-TAIL) + part : got + part;
        // What the client has seen counts, whether or not the connection lives on.
        if (got.endsWith('data: [DONE]\n\n')) seen.complete = true;
      });
      answer.on('end', () => (seen.ended = true));
      answer.on('error', () => undefined);
      answer.on('close', () => {
        for (const told of isStream ? lastFrames(got) : whole(seen, got)) read(seen, told);
        done();
      });
      onAnswer?.(answer);
    });
    const text = JSON.stringify(body);
    if (!half) return void req.end(text);
    req.setHeader('content-length', Buffer.byteLength(text));
    req.write(text.slice(0, text.length >> 1), () => req.destroy());
  });
}

interface Told {
  readonly cost_info?: { readonly actual_cost?: number };
  readonly error?: { readonly code?: string | null; readonly type?: string };
}

function read(seen: Seen, told: Told): void {
  seen.costUsd = told.cost_info?.actual_cost ?? seen.costUsd;
  seen.error = told.error?.code ?? told.error?.type ?? seen.error;
}

function whole(seen: Seen, text: string): Told[] {
  try {
    const told = JSON.parse(text) as Told;
    seen.complete = true;
    return [told];
  } catch {
    return []; // cut off
  }
}

/** The last two tell what there is to tell. */
function lastFrames(text: string): Told[] {
  return (
    text
      .split('\n\n')
      // What follows the last end of a frame was cut off, perhaps where it looks whole.
      .slice(0, -1)
      .filter((frame) => frame.startsWith('data: {'))
      .slice(-2)
      .map((frame) => JSON.parse(frame.slice(6)) as Told)
  );
}
