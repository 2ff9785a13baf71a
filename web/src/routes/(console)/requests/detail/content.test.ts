import { describe, expect, it } from 'vitest';
import { formatBytes } from '../bytes.ts';
import { pretty, readAnswer, readPrompt } from './content.ts';

describe('a stored prompt', () => {
  it('is a conversation: text, names of what is no text, calls of tools', () => {
    const prompt = JSON.stringify({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(4000)}` } },
            { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
            { type: 'file', file: { filename: 'plan.pdf' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: '1', function: { name: 'look', arguments: '{"at":1}' } }],
        },
      ],
    });
    expect(readPrompt(prompt)).toEqual([
      { role: 'system', text: 'Be brief.', parts: [], reasoning: '', calls: [] },
      {
        role: 'user',
        text: 'What is it?',
        parts: [
          'Image, image/png, 3 kB',
          'Image at https://example.com/cat.png',
          'Audio, wav, 3 B',
          'File plan.pdf',
        ],
        reasoning: '',
        calls: [],
      },
      { role: 'assistant', text: '', parts: [], reasoning: '', calls: [{ name: 'look', args: '{"at":1}' }] },
    ]);
  });

  it('may be the input of an embedding, or cut off', () => {
    expect(readPrompt('{"input":"one"}')).toMatchObject([{ role: 'input', text: 'one' }]);
    expect(readPrompt('{"input":["one","two"]}')).toHaveLength(2);
    expect(readPrompt('{"messages":[{"role":"us')).toBeNull();
    expect(readPrompt(null)).toBeNull();
  });
});

describe('a stored answer', () => {
  it('is a message', () => {
    const answer =
      '{"choices":[{"message":{"role":"assistant","content":"Hello!","reasoning_content":"Hm."}}]}';
    expect(readAnswer(answer)).toMatchObject({ text: 'Hello!', reasoning: 'Hm.' });
  });

  it('is put together from a stream, cut or not', () => {
    const chunk = (delta: unknown) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;
    const stream = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({ tool_calls: [{ index: 0, function: { name: 'look', arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      'data: {"choices":[{"del',
    ].join('');
    expect(readAnswer(stream)).toMatchObject({ text: 'Hello', calls: [{ name: 'look', args: '{"a":1}' }] });
  });

  it('is none where there is an error', () => {
    expect(readAnswer('{"error":{"message":"no"}}')).toBeNull();
    expect(readAnswer(null)).toBeNull();
  });
});

it('shows JSON indented and everything else as it is', () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty('data: {"a"')).toBe('data: {"a"');
  expect(pretty({ a: null })).toBe('{\n  "a": null\n}');
  expect([formatBytes(12), formatBytes(34_400), formatBytes(1_234_567)]).toEqual(['12 B', '34 kB', '1.2 MB']);
});
