import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './adapter.ts';
import { callOf } from './conversations.case-call.ts';
import { OpenAiStream } from './openai/stream.ts';
import { mergeDetails } from './reasoning-details.ts';
import { wholeOf } from './stream-as-whole.ts';

const claude = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };

describe('reasoning_details of a stream', () => {
  it('are one entry for each type and index, with its whole text and its signature', () => {
    expect(
      mergeDetails([
        { ...claude, text: 'Let', signature: null },
        { ...claude, text: ' me see.' },
        { type: 'reasoning.summary', index: 0, summary: '**Look' },
        { ...claude, index: 1, text: 'Hm' },
        { type: 'reasoning.summary', index: 0, summary: 'ing**', id: 'rs_1' },
        { ...claude, signature: 'Et8B' },
        { type: 'reasoning.encrypted', index: 0, data: 'gAAA', id: 'rs_1' },
      ]),
    ).toEqual([
      { ...claude, text: 'Let me see.', signature: 'Et8B' },
      { type: 'reasoning.summary', index: 0, summary: '**Looking**', id: 'rs_1' },
      { ...claude, index: 1, text: 'Hm' },
      { type: 'reasoning.encrypted', index: 0, data: 'gAAA', id: 'rs_1' },
    ]);
  });

  it('may be sealed in pieces, or twice with the same', () => {
    const sealed = { type: 'reasoning.encrypted', index: 0 };
    expect(
      mergeDetails([
        { ...sealed, data: 'gA' },
        { ...sealed, data: 'AA' },
      ]),
    ).toEqual([{ ...sealed, data: 'gAAA' }]);
    expect(
      mergeDetails([
        { ...claude, text: 'ha', signature: 'Et8B' },
        { ...claude, text: 'ha', signature: 'Et8B' },
      ]),
    ).toEqual([{ ...claude, text: 'haha', signature: 'Et8B' }]);
  });

  it('are whole where they have no index, another id, or a type that nobody knows', () => {
    const call = { type: 'reasoning.encrypted', index: 0, data: 'CiQB' };
    const listed = [
      { ...call, id: 'tool_look_1' },
      { ...call, id: 'tool_look_2' },
      { type: 'reasoning.text', text: 'a' },
      { type: 'reasoning.text', text: 'a' },
      { type: 'reasoning.server_tool_call', index: 0, text: 'a' },
      { type: 'reasoning.server_tool_call', index: 0, text: 'b' },
      { index: 0, text: 'a' },
      'a',
      null,
    ];
    expect(mergeDetails(listed)).toEqual(listed);
  });
});

it('are put together again, whatever they were cut into and however the pieces are mixed', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  const entry = fc.oneof(
    fc.record(
      { type: fc.constant('reasoning.text'), text, signature: text, format: text, id: text },
      { requiredKeys: ['type', 'text'] },
    ),
    fc.record({ type: fc.constant('reasoning.summary'), summary: text }),
    fc.record(
      { type: fc.constant('reasoning.encrypted'), data: text.map((it) => `${it}#${it}==`), id: text },
      { requiredKeys: ['type', 'data'] },
    ),
  );
  const entries = fc
    .array(entry, { minLength: 1, maxLength: 5 })
    .map((all) => all.map((it, index): JsonObject => ({ ...it, index: index % 2 === 0 ? index : index - 1 })))
    .map((all) => [...new Map(all.map((it) => [JSON.stringify([it['type'], it['index']]), it])).values()]);
  fc.assert(
    fc.property(entries, fc.array(fc.nat()), fc.array(fc.nat()), (whole, cuts, turns) => {
      const queues = whole.map((it) => piecesOf(it, cuts));
      // Each entry's first piece in the order of the entries, then by turns.
      const pieces = queues.map((queue) => queue.shift() ?? {});
      for (let at = 0; queues.some((queue) => queue.length > 0); at += 1) {
        const left = queues.filter((queue) => queue.length > 0);
        const next = left[(turns[at % turns.length] ?? at) % left.length]?.shift();
        if (next !== undefined) pieces.push(next);
      }
      const chunks = pieces.map((it, at) =>
        chunk({ reasoning_details: [it] }, at === pieces.length - 1 ? 'stop' : null),
      );
      const stream = Buffer.from([...chunks, '[DONE]'].map((it) => `data: ${it}\n\n`).join(''));
      const reply = wholeOf(new OpenAiStream(callOf({ model: 'm', stream: true })), stream);
      const message = { role: 'assistant', content: null, reasoning_details: whole };
      expect(JSON.parse(reply.body.toString())).toHaveProperty('choices', [
        { index: 0, message, logprobs: null, finish_reason: 'stop' },
      ]);
    }),
    { numRuns: 300 },
  );
});

/** An entry as a stream tells it: its texts cut after so many letters, whatever seals it at the end. */
function piecesOf(entry: JsonObject, cuts: readonly number[]): JsonObject[] {
  const { type, index, signature, text, summary, data, ...others } = entry;
  const name = text === undefined ? (summary === undefined ? 'data' : 'summary') : 'text';
  const said = text ?? summary ?? data;
  let left = Array.from(typeof said === 'string' ? said : '');
  const pieces: JsonObject[] = [];
  for (let at = 0; left.length > 0; at += 1) {
    // What seals may come again as a whole, so its pieces must not be the same.
    const length = name === 'data' && at > 0 ? left.length : 1 + ((cuts[at] ?? 0) % 4);
    pieces.push({ type, index, ...others, [name]: left.slice(0, length).join('') });
    left = left.slice(length);
  }
  if (signature !== undefined) pieces.push({ type, index, signature });
  return pieces;
}

function chunk(delta: JsonObject, finish_reason: string | null): string {
  return JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason }] });
}
