/**
 * The provider that all proxies of the benchmark talk to: one process, fixed answers, no work worth mentioning.
 * `"stream":true` gets CHUNKS frames; the `x-bench-gap` header of the model's name (`bench-20ms`) spaces them.
 */
import { createServer, type ServerResponse } from 'node:http';

const CHUNKS = 100;
const delta = (index: number): string =>
  `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{"content":"token${index} "},"finish_reason":null}]}\n\n`;
const frames = [
  ...Array.from({ length: CHUNKS - 2 }, (_, index) => Buffer.from(delta(index))),
  Buffer.from(
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  ),
  Buffer.from(
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[],"usage":{"prompt_tokens":50,"completion_tokens":98,"total_tokens":148}}\n\ndata: [DONE]\n\n',
  ),
];
const reply = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1700000000,
    model: 'bench',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Hello! How can I help?' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 24, completion_tokens: 9, total_tokens: 33 },
  }),
);
const models = Buffer.from(
  JSON.stringify({
    object: 'list',
    data: ['bench', 'bench-20ms'].map((id) => ({
      id,
      object: 'model',
      created: 1700000000,
      owned_by: 'bench',
    })),
  }),
);

const server = createServer((req, res) => {
  if (req.method === 'GET') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': models.length });
    res.end(models);
    return;
  }
  let head: Buffer | null = null;
  let tail: Buffer = Buffer.alloc(0);
  req.on('data', (chunk: Buffer) => {
    head ??= chunk;
    tail = chunk;
  });
  req.on('end', () => {
    const streamed = (head ?? tail).includes('"stream":true') || tail.includes('"stream":true');
    if (!streamed) {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
      res.end(reply);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    if ((head ?? tail).includes('bench-20ms')) paced(res);
    else flood(res, 0);
  });
});

/** One chunk a turn of the event loop, so that each arrives as a chunk of its own. */
function flood(res: ServerResponse, index: number): void {
  const frame = frames[index];
  if (frame === undefined) {
    res.end();
    return;
  }
  if (res.destroyed) return;
  res.write(frame);
  setImmediate(flood, res, index + 1);
}

function paced(res: ServerResponse): void {
  let index = 0;
  const timer = setInterval(() => {
    const frame = frames[index];
    index += 1;
    if (frame !== undefined && !res.destroyed) {
      res.write(frame);
      return;
    }
    clearInterval(timer);
    res.end();
  }, 20);
}

server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
