import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A chat or embeddings request as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** How the answer ended: `aborted` = the caller closed the connection before its end. */
  outcome: 'running' | 'answered' | 'aborted';
}

/** What the upstream does with one request. */
export type Respond = (res: ServerResponse, request: Received) => void;

/** A server on loopback that lists models as OpenAI's does and answers as the test says, request by request. */
export interface ScriptedUpstream {
  readonly origin: string;
  readonly received: Received[];
  /** What is done with the next requests; may be changed at any time. */
  respond: Respond;
  /** Closes every connection and the port; `listen` opens the same port again. */
  close(): Promise<void>;
  listen(): Promise<void>;
}

/** `models`: ids, or whole entries of the model list. */
export async function startUpstream(
  models: readonly (string | Record<string, unknown>)[],
  respond: Respond = answer('Hello!'),
): Promise<ScriptedUpstream> {
  const data = models.map((it) => (typeof it === 'string' ? { id: it, object: 'model' } : it));
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const path = req.url ?? '';
      if (path.startsWith('/v1/models')) return sendJson(res, 200, { object: 'list', data });
      const body = Buffer.concat(chunks);
      const received: Received = { path, headers: req.headers, body, outcome: 'running' };
      upstream.received.push(received);
      res.on('close', () => (received.outcome = res.writableFinished ? 'answered' : 'aborted'));
      try {
        upstream.respond(res, received);
      } catch (error) {
        // The test sees it as an answer, and goes on: thrown from here it would end the whole run.
        if (res.headersSent) res.destroy();
        else
          sendJson(res, 500, {
            error: { message: `The script failed: ${String(error)}`, type: 'script_error' },
          });
      }
    });
  });
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const upstream: ScriptedUpstream = {
    origin: `http://127.0.0.1:${port}`,
    received: [],
    respond,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
    listen: () => listen(port),
  };
  return upstream;
}

export function sendJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** Answers `text`, whole or streamed as it is asked; 10 prompt and 5 completion tokens unless said. */
export function answer(text: string, usage: object | null = USAGE): Respond {
  return (res, { body }) => {
    const { model, stream } = JSON.parse(body.toString()) as { model: string; stream?: boolean };
    if (stream === true) {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame(model, { role: 'assistant', content: text }));
      res.write(frame(model, {}, 'stop'));
      if (usage !== null) res.write(`data: ${JSON.stringify({ id: 'c', model, choices: [], usage })}\n\n`);
      res.end('data: [DONE]\n\n');
      return;
    }
    const message = { role: 'assistant', content: text };
    sendJson(res, 200, {
      id: 'c',
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      ...(usage === null ? {} : { usage }),
    });
  };
}

/** One chunk of a stream. */
export function frame(model: string, delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model, choices })}\n\n`;
}

/** An error as OpenAI words it. */
export function refuse(
  status: number,
  error: Record<string, unknown> = { message: `Simulated ${status}.`, type: 'server_error', code: null },
  headers: Record<string, string> = {},
): Respond {
  return (res) => sendJson(res, status, { error }, headers);
}

/** Answers that begin at once and end when the test says. */
export function held(endings: (() => void)[]): Respond {
  return (res, request) => {
    const { model } = JSON.parse(request.body.toString()) as { model: string };
    if (!request.body.includes('"stream":true')) {
      endings.push(() => answer('At last.')(res, request));
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(frame(model, { role: 'assistant', content: 'Once ' }));
    endings.push(() => res.end(`${frame(model, { content: 'upon' }, 'stop')}data: [DONE]\n\n`));
  };
}
