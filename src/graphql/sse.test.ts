import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { LiveConnection } from './live-access.ts';
import type { LiveResults } from './live-subscribe.ts';
import { writeStream } from './sse.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** One stream over a real connection; `next` says what comes, timers run when the test says so. */
async function open(next: () => Promise<IteratorResult<ExecutionResult, void>>) {
  const ending = new AbortController();
  const timers = new Set<() => void>();
  const state = { closed: false, returned: false };
  const connection = {
    signal: ending.signal,
    close: () => (state.closed = true),
  } as unknown as LiveConnection;
  const results: LiveResults = {
    [Symbol.asyncIterator]() {
      return this;
    },
    next,
    return() {
      state.returned = true;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  const written = Promise.withResolvers<ServerResponse>();
  const server = createServer((_req, res) => {
    const after = (_ms: number, run: () => void) => {
      timers.add(run);
      return () => timers.delete(run);
    };
    void writeStream(res, results, connection, { after, log: createLog('silent'), requestId: 'r' }).then(() =>
      written.resolve(res),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1' }, resolve).on('error', reject).end();
  });
  return {
    response,
    state,
    end: (reason: AppError) => ending.abort(reason),
    fire: () => {
      for (const run of timers) run();
    },
    written: written.promise,
  };
}

const value = (data: Record<string, unknown>): IteratorResult<ExecutionResult, void> => ({
  done: false,
  value: { data },
});
const over: IteratorResult<ExecutionResult, void> = { done: true, value: undefined };

describe('a stream of events', () => {
  it('is what graphql-sse calls a distinct connection', async () => {
    const events = [value({ n: 1 }), value({ n: 2 }), over];
    const { response, written, state } = await open(() => Promise.resolve(events.shift() ?? over));
    expect(await text(response)).toBe(
      ':\n\nevent: next\ndata: {"data":{"n":1}}\n\nevent: next\ndata: {"data":{"n":2}}\n\nevent: complete\ndata:\n\n',
    );
    await written;
    expect(state.closed).toBe(true);
  });

  it('says at last why it ends', async () => {
    const { response } = await open(() => Promise.reject(new AppError('slow_consumer', 'Too slow.')));
    expect(await text(response)).toMatch(
      /event: next\ndata: {"errors":\[{"message":"Too slow.","extensions":{"code":"slow_consumer"}}\]}\n\nevent: complete/,
    );
  });

  it('asks for no more while the client takes nothing, and is cut when it must end', async () => {
    let asked = 0;
    const { response, end, fire, written, state } = await open(() => {
      asked += 1;
      return Promise.resolve(value({ text: 'x'.repeat(1_000_000) }));
    });
    response.pause();
    const settled = async (): Promise<number> => {
      for (let before = -1; before !== asked;) {
        before = asked;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return asked;
    };
    const first = await settled();
    // What fits into the buffers of both ends.
    expect(first).toBeLessThan(50);
    fire();
    expect(await settled()).toBe(first);
    end(new AppError('unauthenticated', 'Over.'));
    fire();
    await written;
    expect(state).toEqual({ closed: true, returned: true });
  });

  it('ends with its client', async () => {
    const { response, written, state } = await open(() => new Promise(() => undefined));
    response.destroy();
    await expect.poll(() => state).toEqual({ closed: true, returned: true });
    void written;
  });
});
