import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../adapter.ts';
import { asObject, asText, parseJson } from '../openai/fields.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { embed } from './embeddings.ts';
import { anthropicList, openAiList, SIMULATED_MODELS, type SimulatedModel } from './models.ts';
import { openAiWire } from './openai-wire.ts';
import { PromptCache } from './prompt-cache.ts';
import { respond, type Pacing } from './respond.ts';
import { runOf, type Wire, type WireError } from './wire.ts';

export interface SimulatorDeps {
  /** Other seeds give other texts. */
  readonly seed?: string;
  /** Unix ms. */
  readonly now?: () => number;
  readonly timers?: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>;
  /** How long `sim-slow-first-byte` waits. */
  readonly slowFirstByteMs?: number;
  /** How many of the newest requests are kept for looking at; none unless said. */
  readonly keepRequests?: number;
}

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** How the answer ended: `aborted` = the caller closed the connection before its end. */
  outcome: 'running' | 'answered' | 'aborted';
}

/**
 * A provider that needs no key and no network: OpenAI's chat, embeddings and models, and Anthropic's messages
 * and models (asked for with the `anthropic-version` header), over real HTTP on loopback. Everything it says is
 * made from the prompt alone, so the same request always gets the same answer. The key `invalid` is refused.
 */
export interface Simulator {
  listen(): Promise<{ readonly origin: string }>;
  close(): Promise<void>;
  /** The newest requests, the oldest first. */
  readonly requests: readonly SeenRequest[];
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MODELS = new Map(SIMULATED_MODELS.map((model) => [model.id, model]));

export function createSimulator({
  seed = 'prism',
  now = Date.now,
  timers = globalThis,
  slowFirstByteMs = 10_000,
  keepRequests = 0,
}: SimulatorDeps = {}): Simulator {
  const requests: SeenRequest[] = [];
  const cache = new PromptCache();
  const pacing: Pacing = { timers, slowFirstByteMs };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) req.destroy();
      else chunks.push(chunk);
    });
    req.on('error', () => res.destroy());
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      remember(req, res, body);
      serve(req, res, body);
    });
  });
  // Idle connections of a gateway outlive Node's 5 s.
  server.keepAliveTimeout = 75_000;

  function remember(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
    if (keepRequests === 0) return;
    const { method = '', url = '', headers } = req;
    const seen: SeenRequest = { method, path: url, headers, body, outcome: 'running' };
    requests.push(seen);
    if (requests.length > keepRequests) requests.shift();
    res.on('close', () => (seen.outcome = res.writableFinished ? 'answered' : 'aborted'));
  }

  function serve(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
    const isAnthropic = req.headers['anthropic-version'] !== undefined;
    const wire = isAnthropic ? anthropicWire : openAiWire;
    const path = (req.url ?? '').split('?', 1)[0];
    if (req.headers.authorization === 'Bearer invalid' || req.headers['x-api-key'] === 'invalid')
      return sendError(res, wire, {
        status: 401,
        kind: 'auth',
        message: 'Incorrect API key provided: inva***.',
      });
    if (req.method === 'GET' && path === '/v1/models')
      return sendJson(res, 200, isAnthropic ? anthropicList() : openAiList());
    if (
      req.method === 'POST' &&
      (path === '/v1/chat/completions' || path === '/v1/embeddings' || path === '/v1/messages')
    )
      return serveCall(
        res,
        path === '/v1/messages' ? anthropicWire : openAiWire,
        body,
        path === '/v1/embeddings',
      );
    sendError(res, wire, {
      status: 404,
      kind: 'not_found',
      message: `Unknown request URL: ${req.method} ${path}.`,
    });
  }

  function serveCall(res: ServerResponse, wire: Wire, bytes: Buffer, isEmbeddings: boolean): void {
    const body = asObject(parseJson(bytes));
    if (!body)
      return sendError(res, wire, {
        status: 400,
        kind: 'invalid',
        message: 'We could not parse the JSON body of your request.',
      });
    const id = asText(body['model']) ?? '';
    const model = MODELS.get(id);
    if (!model || (model.kind === 'embedding') !== isEmbeddings) {
      const message = `The model \`${id}\` does not exist or does not serve this request.`;
      return sendError(res, wire, { status: 404, kind: 'not_found', message });
    }
    if (model.kind === 'embedding') return serveEmbeddings(res, body);
    const mishap = errorOf(model);
    if (mishap) return sendError(res, wire, mishap);
    const prompt = wire.readPrompt(body);
    if (typeof prompt === 'string')
      return sendError(res, wire, { status: 400, kind: 'invalid', message: prompt });
    if (prompt.tokens + (prompt.maxTokens ?? 0) > model.trueWindow) {
      const message = wire.overflowMessage(prompt, model.trueWindow);
      return sendError(res, wire, { status: 400, kind: 'overflow', message, param: 'messages' });
    }
    const runId = hash('sha1', Buffer.concat([Buffer.from(seed), bytes])).slice(0, 24);
    const run = runOf(prompt, model, { seed, cache, id: runId, created: Math.floor(now() / 1000) });
    respond(res, wire, run, pacing);
  }

  return {
    requests,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          server.off('error', reject);
          const { port } = server.address() as AddressInfo;
          resolve({ origin: `http://127.0.0.1:${port}` });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function errorOf(model: SimulatedModel): WireError | null {
  switch (model.mishap) {
    case 'error-400':
      return {
        status: 400,
        kind: 'invalid',
        message: 'Simulated: the request is not valid.',
        param: 'messages',
      };
    case 'error-401':
      return { status: 401, kind: 'auth', message: 'Simulated: incorrect API key provided.' };
    case 'error-429':
      return { status: 429, kind: 'rate_limit', message: 'Simulated: rate limit reached.' };
    case 'error-500':
      return { status: 500, kind: 'server', message: 'Simulated: the server had an error.' };
    default:
      return null;
  }
}

function serveEmbeddings(res: ServerResponse, body: JsonObject): void {
  const answer = embed(body);
  if (answer) return sendJson(res, 200, answer);
  const message = "'input' must be a text, a list of texts, or token ids, and not empty.";
  sendError(res, openAiWire, { status: 400, kind: 'invalid', message, param: 'input' });
}

function sendError(res: ServerResponse, wire: Wire, error: WireError): void {
  if (error.status === 429) res.setHeader('retry-after', '2');
  sendJson(res, error.status, wire.error(error));
}

function sendJson(res: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}
