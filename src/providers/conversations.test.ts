import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../accounting/usage.ts';
import { UpstreamFailure, type JsonObject, type JsonValue } from './adapter.ts';
import { anthropic } from './anthropic/adapter.ts';
import { callOf, sentBody } from './conversations.case-call.ts';
import { BROKEN_STREAMS, FAILURES } from './conversations.case-failures.ts';
import { readOutcome, readStreamed, streamThrough, type Outcome } from './conversations.case-outcome.ts';
import type { Conversation } from './conversations.case-shape.ts';
import { chunksOf, eventsOf, framesOf } from './conversations.case-wire.ts';
import { CONVERSATIONS } from './conversations.cases.ts';
import { createOpenAiAdapter } from './openai/adapter.ts';
import { OPENAI } from './openai/families.ts';
import { wholeOf } from './stream-as-whole.ts';
import { streamOf } from './whole-as-stream.ts';

const openai = createOpenAiAdapter(OPENAI, { now: () => 0 });

function requestOf({ request, extraMessages }: Conversation): JsonObject {
  return {
    ...request,
    ...(extraMessages === undefined ? {} : { messages: extraMessages }),
  } as unknown as JsonObject;
}

/** The two wires of the table: how an answer looks on each, whole and streamed. */
const WIRES = [
  {
    wire: 'openai',
    adapter: openai,
    sent: (given: Conversation) => requestOf(given),
    whole: (given: Conversation): JsonValue => given.openai as unknown as JsonValue,
    stream: (given: Conversation) => chunksOf(given.openai),
  },
  {
    wire: 'anthropic',
    adapter: anthropic,
    sent: (given: Conversation) => given.sent as unknown as JsonObject,
    whole: (given: Conversation): JsonValue => given.anthropic as unknown as JsonValue,
    stream: (given: Conversation) => framesOf(eventsOf(given.anthropic)),
  },
] as const;

describe.each(WIRES)('on the $wire wire', ({ adapter, sent, whole, stream }) => {
  describe.each(CONVERSATIONS)('the assistant $name', (given) => {
    const usage = { ...NO_USAGE, ...given.result.usage };
    const expected: Outcome = { ...given.result, usage };
    // OpenAI's own wire has no lifetimes of cache writes.
    const alike = (outcome: Outcome): Outcome => ({
      ...outcome,
      usage: outcome.usage === null ? null : { ...outcome.usage, cacheWrite1hTokens: 0 },
    });

    it('is asked what the client asked', async () => {
      const body = await sentBody(adapter, callOf(requestOf(given)));
      expect(body).toEqual(sent(given));
    });

    it('is asked for a stream the same way', async () => {
      const { stream_options: _, ...body } = await sentBody(
        adapter,
        callOf({ ...requestOf(given), stream: true }),
      );
      expect(body).toEqual({ ...sent(given), stream: true });
    });

    it('gives its whole answer', () => {
      const reply = adapter.readChat(callOf(requestOf(given)), Buffer.from(JSON.stringify(whole(given))));
      expect(alike(readOutcome(JSON.parse(reply.body.toString('utf8')) as JsonObject, reply.usage))).toEqual(
        expected,
      );
    });

    it.each([true, false])('streams the same answer (include_usage: %s)', (includeUsage) => {
      const call = callOf({ ...requestOf(given), stream: true }, { includeUsage });
      const streamed = streamThrough(
        adapter.readStream(call),
        Buffer.from(stream(given)),
        '"cost_info":{"a":1}',
      );
      expect(alike(streamed.outcome)).toEqual(expected);
      expect(streamed.members).toEqual({ cost_info: { a: 1 } });
      expect(streamed.hasUsageChunk).toBe(includeUsage);
    });

    it.each([true, false])('may stream it although it came whole (include_usage: %s)', (includeUsage) => {
      const call = callOf({ ...requestOf(given), stream: true }, { includeUsage });
      const reply = adapter.readChat(call, Buffer.from(JSON.stringify(whole(given))));
      const end = streamOf(call, reply);
      const streamed = readStreamed(end.finish('"cost_info":{"a":1}'), end.usage);
      expect(alike(streamed.outcome)).toEqual(expected);
      expect(streamed.members).toMatchObject({ cost_info: { a: 1 } });
      expect(streamed.hasUsageChunk).toBe(includeUsage);
    });

    it('may give it whole although it came as a stream', () => {
      const call = callOf(requestOf(given), { stream: true, includeUsage: true });
      const reply = wholeOf(adapter.readStream(call), Buffer.from(stream(given)));
      const completion = JSON.parse(reply.body.toString('utf8')) as JsonObject;
      expect(alike(readOutcome(completion, reply.usage))).toEqual(expected);
      const plain = adapter.readChat(call, Buffer.from(JSON.stringify(whole(given))));
      expect(completion['usage']).toEqual((JSON.parse(plain.body.toString('utf8')) as JsonObject)['usage']);
      expect(completion).toMatchObject({ object: 'chat.completion' });
    });
  });

  it.each(FAILURES)('understands $name', (failing) => {
    const body = Buffer.from(adapter === anthropic ? failing.anthropic : failing.openai);
    const failure = adapter.readError(failing.status, failing.headers, body);
    expect(failure).toMatchObject({
      kind: failing.kind,
      status: failing.status,
      contextWindow: failing.contextWindow ?? null,
      retryAfterMs: failing.retryAfterMs ?? null,
    });
    expect(failure.message).not.toContain('<');
  });

  it.each(BROKEN_STREAMS)('breaks off a stream for $name', (broken) => {
    const given = CONVERSATIONS[0];
    if (given === undefined) throw new Error('the table is empty');
    const frames = stream(given).split('\n\n').slice(0, 5).join('\n\n');
    const error =
      adapter === anthropic ? `event: error\ndata: ${broken.anthropic}` : `data: ${broken.openai}`;
    const reader = adapter.readStream(callOf({ ...requestOf(given), stream: true }));
    expect(reader.push(Buffer.from(`${frames}\n\n`))).not.toBeNull();
    const push = (): unknown => reader.push(Buffer.from(`${error}\n\n`));
    expect(push).toThrow(expect.objectContaining({ kind: broken.kind }));
    expect(push).toThrow(UpstreamFailure);
    expect(reader.done).toBe(false);
  });

  it('has nothing to say while a stream is only kept alive', () => {
    const given = CONVERSATIONS[0];
    if (given === undefined) throw new Error('the table is empty');
    const call = callOf({ ...requestOf(given), stream: true });
    const waiting = Buffer.from(': OPENROUTER PROCESSING\n\nevent: ping\ndata: {"type": "ping"}\n\n');
    const silent = adapter.readStream(call);
    expect([silent.push(waiting), silent.push(waiting), silent.end()]).toEqual([null, null, false]);
    const late = Buffer.concat([waiting, waiting, Buffer.from(stream(given))]);
    expect(streamThrough(adapter.readStream(call), late, '').outcome).toMatchObject({
      content: given.result.content,
      finishReason: given.result.finishReason,
    });
  });

  it('knows a stream that was cut off from one that is complete', () => {
    const given = CONVERSATIONS[0];
    if (given === undefined) throw new Error('the table is empty');
    const bytes = Buffer.from(stream(given));
    const cut = adapter.readStream(callOf({ ...requestOf(given), stream: true }));
    cut.push(bytes.subarray(0, bytes.length / 2));
    expect([cut.done, cut.end()]).toEqual([false, false]);
    const complete = adapter.readStream(callOf({ ...requestOf(given), stream: true }));
    complete.push(bytes);
    expect([complete.done, complete.end()]).toEqual([true, true]);
  });
});
