import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignals } from '../../routing/signals/read-signals.ts';
import { openShipped } from '../../routing/training/own-set.ts';
import type { ChatBody } from '../../routing/signals/texts.ts';
import { createKnownClassifications } from './known-classifications.ts';

const classifier = openShipped();

/** The real classifier, and how often it was asked. */
function counted() {
  let asked = 0;
  return {
    asked: () => asked,
    classify: ((texts, signals) => {
      asked += 1;
      return classifier.classify(texts, signals);
    }) satisfies typeof classifier.classify,
  };
}

const question = { role: 'user', content: 'Find out why the nightly build fails and mend it.' };
const call = (n: number) => [
  {
    role: 'assistant',
    tool_calls: [{ id: `c${n}`, type: 'function', function: { name: 'run', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: `c${n}`, content: `result ${n}: ${'exit 1; '.repeat(n * 40)}` },
];
const tools = [{ type: 'function', function: { name: 'run', parameters: {} } }];

describe('known classifications', () => {
  it('classify a question once, however many results of tools follow it', () => {
    const { asked, classify } = counted();
    const known = createKnownClassifications({ classify });
    const turns = [1, 2, 3, 4, 5].map((results) => {
      const { texts, signals } = readSignals({
        tools,
        messages: [question, ...Array.from({ length: results }, (_, n) => call(n + 1)).flat()],
      });
      return known.classify('a session', texts, signals);
    });
    expect(asked()).toBe(1);
    expect(new Set(turns).size).toBe(1);
  });

  it('say nothing of one conversation to another', () => {
    const { asked, classify } = counted();
    const known = createKnownClassifications({ classify });
    const { texts, signals } = readSignals({ messages: [question] });
    known.classify('one', texts, signals);
    known.classify('another', texts, signals);
    expect(asked()).toBe(2);
  });

  it('forget the oldest conversation beyond the limit', () => {
    const { asked, classify } = counted();
    const known = createKnownClassifications({ classify }, 2);
    const { texts, signals } = readSignals({ messages: [question] });
    for (const session of ['1', '2', '3']) known.classify(session, texts, signals);
    known.classify('3', texts, signals);
    expect(asked()).toBe(3);
    known.classify('1', texts, signals);
    expect(asked()).toBe(4);
  });

  it('are what the classifier says, whatever has changed since the last turn', () => {
    const text = fc.constantFrom('hi', 'Write a function.', 'SELECT 1;', '2 + 2 = ?', 'Übersetze das.');
    const begun = fc.array(fc.record({ role: fc.constantFrom('system', 'user'), content: text }), {
      minLength: 1,
      maxLength: 3,
    });
    const image = { role: 'assistant', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
    const changes: readonly ((messages: readonly object[]) => ChatBody)[] = [
      (messages) => ({ messages, tools }),
      (messages) => ({ messages: [...messages, ...call(1)] }),
      (messages) => ({ messages: [...messages, ...call(1), { role: 'assistant', content: 'so' }] }),
      (messages) => ({ messages: [...messages, image] }),
      (messages) => ({ messages, response_format: { type: 'json_object' } }),
      (messages) => ({ messages: [...messages, { role: 'user', content: 'And now?' }] }),
      (messages) => ({ messages: [{ role: 'user', content: 'Write a function.' }, ...messages] }),
      (messages) => ({ messages: [{ role: 'user', content: 'Hallo, wie gehts?' }, ...messages] }),
      (messages) => ({
        messages: [{ role: 'system', content: 'You are Cline, a coding agent.' }, ...messages],
      }),
      // As long as what stood there before.
      (messages) => ({ messages: messages.map((it) => ({ ...it, content: 'Write a novel now' })) }),
      (messages) => ({ messages: messages.map((it) => ({ ...it, content: 'SELECT 1, 2 + 2;?' })) }),
    ];
    fc.assert(
      fc.property(begun, fc.array(fc.constantFrom(...changes), { maxLength: 4 }), (messages, turns) => {
        const known = createKnownClassifications(classifier);
        for (const body of [{ messages }, ...turns.map((change) => change(messages)), { messages }]) {
          const { texts, signals } = readSignals(body);
          expect(known.classify('a session', texts, signals)).toEqual(classifier.classify(texts, signals));
        }
      }),
      { numRuns: 300 },
    );
  });
});
