import { describe, expect, it } from 'vitest';
import { bodyOf, curlOf, NO_PARAMETERS, problemOf, takeApart } from './conversation.ts';
import type { Message } from './conversation.ts';

const HELLO: Message = { role: 'user', text: 'Hello!', raw: false };

describe('what is sent', () => {
  it('is the messages, and what the column sets for itself', () => {
    expect(bodyOf('auto', [HELLO], NO_PARAMETERS, '')).toEqual({
      model: 'auto',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    const own = { system: 'Be brief.', temperature: '0.2', maxTokens: '50' };
    expect(bodyOf('m', [HELLO], own, '{"top_p":0.9,"model":"other"}')).toEqual({
      top_p: 0.9,
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello!' },
      ],
      temperature: 0.2,
      max_tokens: 50,
    });
  });

  it('leaves empty messages out, and sends those that are JSON as they are', () => {
    const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] };
    const messages: Message[] = [
      { role: 'user', text: ' ', raw: false },
      { role: 'user', text: JSON.stringify(picture), raw: true },
    ];
    expect(bodyOf('m', messages, NO_PARAMETERS, '')['messages']).toEqual([picture]);
  });

  it('is looked at before', () => {
    expect(problemOf([], '')).toBe('Write a message first.');
    expect(problemOf([HELLO, { ...HELLO, raw: true }], '')).toBe('Message 2 is not a JSON object.');
    expect(problemOf([HELLO], '[1]')).toBe('Other members must be a JSON object.');
    expect(problemOf([HELLO], ' ')).toBeNull();
  });

  it('is a line for a shell, whatever stands in it', () => {
    const line = curlOf('http://x/api/t/v1', { model: 'm', messages: [{ role: 'user', content: "it's" }] });
    expect(line).toContain('curl http://x/api/t/v1/chat/completions');
    expect(line).toContain("it'\\''s");
    expect(line).toContain('$PRISM_KEY');
  });
});

describe('a logged request', () => {
  it('is taken apart, and nothing of it is lost', () => {
    const call = { role: 'assistant', content: null, tool_calls: [{ id: '1' }] };
    const taken = takeApart(
      JSON.stringify({
        model: 'auto',
        stream: true,
        temperature: 0,
        max_tokens: 9,
        tools: [{ type: 'function' }],
        messages: [{ role: 'system', content: 'S' }, { role: 'user', content: 'U' }, call],
      }),
    );
    expect(taken?.messages.map(({ role, raw }) => [role, raw])).toEqual([
      ['system', false],
      ['user', false],
      ['assistant', true],
    ]);
    expect(taken?.parameters).toEqual({ system: '', temperature: '0', maxTokens: '9' });
    expect(JSON.parse(taken?.extra ?? '')).toEqual({ tools: [{ type: 'function' }] });
    expect(
      bodyOf('auto', taken?.messages ?? [], NO_PARAMETERS, taken?.extra ?? '')['messages'],
    ).toContainEqual(call);
  });

  it('that was cut, or is none, gives nothing', () => {
    for (const prompt of ['{"model":"m","mess', '', null, 7, '{}']) expect(takeApart(prompt)).toBeNull();
  });
});
