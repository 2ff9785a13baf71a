import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A provider's server that says what the test tells it to. */
export interface ScriptedUpstream {
  readonly origin: string;
  readonly port: number;
  readonly seen: Seen[];
  /** By path; what is not there is 404. */
  answers: Record<string, Answer | ((seen: Seen) => Answer)>;
  close(): Promise<void>;
}

export async function createScriptedUpstream(): Promise<ScriptedUpstream> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const request: Seen = {
        method: req.method ?? '',
        path: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(request);
      const scripted = upstream.answers[request.path] ?? {
        status: 404,
        body: { error: { message: 'no such path' } },
      };
      const {
        status = 200,
        headers = {},
        body,
      } = typeof scripted === 'function' ? scripted(request) : scripted;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  });
  const port = await listen(server);
  const upstream: ScriptedUpstream = {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    answers: {},
    close: () => stop(server),
  };
  return upstream;
}

export function listen(server: NetServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

export function stop(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** OpenAI's list of models. */
export function modelList(...ids: string[]): Answer {
  return { body: { object: 'list', data: ids.map((id) => ({ id, object: 'model', owned_by: 'someone' })) } };
}

/** OpenAI's chat endpoint: whole answers and streams that say "ok". */
export function chatAnswer({ body }: Seen): Answer {
  const { stream, model }: { stream: boolean; model: string } = JSON.parse(body);
  const id = 'chatcmpl-1';
  const usage = { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 };
  if (!stream) {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }];
    return { body: { id, object: 'chat.completion', created: 1, model, choices, usage } };
  }
  const chunk = (choices: unknown[], more: object = {}) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 1, model, choices, ...more })}\n\n`;
  const frames = [
    chunk([{ index: 0, delta: { role: 'assistant', content: 'ok' }, finish_reason: null }]),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { usage }),
  ];
  return { headers: { 'content-type': 'text/event-stream' }, body: `${frames.join('')}data: [DONE]\n\n` };
}
