import { WebSocket } from 'ws';
import { until } from '../kit/prism.ts';

// A test reads messages of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** What a subscription got so far. */
export interface Followed {
  readonly events: Json[];
  /** Of the message that ended it; null = none did. */
  errors: Json[] | null;
  completed: boolean;
}

/** A program that speaks graphql-transport-ws, message by message. */
export interface Client {
  readonly socket: WebSocket;
  /** Resolves with code and reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: object): void;
  follow(query: string, variables?: object): Followed & { stop(): void };
}

/** Connects and, unless `token` is null, signs in. Rejects when either is refused. */
export async function connect(
  url: string,
  token: string | null,
  { headers = {}, protocol = 'graphql-transport-ws' } = {},
): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, { headers });
  const subscriptions = new Map<string, Followed>();
  const closing = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('close', (code, reason) => closing.resolve({ code, reason: reason.toString() }));
  let acknowledged = false;
  socket.on('message', (data: Buffer) => {
    const { type, id, payload }: Json = JSON.parse(data.toString());
    const followed = subscriptions.get(id);
    if (type === 'connection_ack') acknowledged = true;
    else if (type === 'next') followed?.events.push(payload);
    else if (type === 'error' && followed !== undefined) followed.errors = payload;
    else if (type === 'complete' && followed !== undefined) followed.completed = true;
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  if (token !== null) {
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await until(() => acknowledged || socket.readyState !== socket.OPEN);
  }
  return {
    socket,
    closed: closing.promise,
    send,
    follow(query, variables = {}) {
      const id = String(subscriptions.size + 1);
      const followed: Followed = { events: [], errors: null, completed: false };
      subscriptions.set(id, followed);
      send({ type: 'subscribe', id, payload: { query, variables } });
      return Object.assign(followed, { stop: () => send({ type: 'complete', id }) });
    },
  };
}

/** A subscription over server-sent events. */
export interface Stream extends Followed {
  readonly status: number;
  readonly type: string | null;
  /** Resolves when the response has ended. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Subscribes by POST; what is no stream is given as its one event. */
export async function stream(
  url: string,
  token: string,
  body: object,
  accept = 'text/event-stream',
): Promise<Stream> {
  const ending = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    signal: ending.signal,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
  const followed: Followed = { events: [], errors: null, completed: false };
  const type = response.headers.get('content-type');
  const ended = type?.startsWith('text/event-stream')
    ? readEvents(response, followed).catch(() => undefined)
    : response.json().then((answer: Json) => void followed.events.push(answer));
  return Object.assign(followed, { status: response.status, type, ended, stop: () => ending.abort() });
}

async function readEvents(response: Response, followed: Followed): Promise<void> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, name, data] = /^event: (\w+)\ndata: ?(.*)$/.exec(frame) ?? [];
      if (name === 'next') followed.events.push(JSON.parse(data ?? ''));
      if (name === 'complete') followed.completed = true;
    }
  }
}
