import { describe, expect, it } from 'vitest';
import { escapedTokens, estimateInputTokens } from './estimate.ts';
import { readChatRequest, readEmbeddingsRequest } from './request.ts';

const ask = (content: unknown, more: object = {}): string =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more });
const estimate = (text: string): number => estimateInputTokens(readChatRequest(Buffer.from(text)));
/** As Python's json.dumps writes it. */
const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('estimateInputTokens', () => {
  it('is a quarter of the prompt’s bytes, tools included', () => {
    const words = 'word '.repeat(1_000);
    expect(estimate(ask(words))).toBeGreaterThanOrEqual(1_250);
    expect(estimate(ask(words))).toBeLessThan(1_270);
    expect(estimate(ask(words, { tools: [{ description: words }] }))).toBeGreaterThan(2_500);
    expect(estimate(ask(words, { metadata: { note: words } }))).toBeLessThan(1_270);
  });

  it('reckons pictures and sound flat, not by their base64', () => {
    const url = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
    const parts = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
      { type: 'input_audio', input_audio: { data: 'A'.repeat(1_000_000), format: 'wav' } },
    ];
    expect(estimate(ask(parts))).toBeLessThan(2_000);
  });

  it('counts the input of embeddings', () => {
    const body = Buffer.from(JSON.stringify({ model: 'm', input: 'x'.repeat(4_000) }));
    expect(estimateInputTokens(readEmbeddingsRequest(body))).toBe(1_001);
  });
});

describe('escapedTokens', () => {
  it.each([
    [[1, 22, 333], 3],
    [[[50_256, 12_345], [7], [8, 9]], 5],
    [[123_456], 1],
  ])('counts the tokens of an input that has been made into them: %j', (input, tokens) => {
    for (const indent of [0, 2]) {
      const body = Buffer.from(JSON.stringify({ model: 'm', input }, null, indent));
      expect(estimateInputTokens(readEmbeddingsRequest(body))).toBe(tokens);
    }
  });

  it('of a chat is not what stands in "input"', () => {
    expect(estimate(ask('word '.repeat(1_000), { input: [1] }))).toBeGreaterThanOrEqual(1_250);
  });

  it('brings a prompt in escapes down to what it is without', () => {
    const plain = ask('漢字かな'.repeat(1_000));
    const request = readChatRequest(Buffer.from(escaped(plain)));
    const precise = estimateInputTokens(request) - escapedTokens(request);
    expect(Math.abs(precise - estimate(plain))).toBeLessThanOrEqual(1);
  });

  it('is nothing where nothing is escaped, or where pictures made us read the text itself', () => {
    expect(escapedTokens(readChatRequest(Buffer.from(ask('漢字'))))).toBe(0);
    const url = `data:image/png;base64,${'A'.repeat(20_000)}`;
    const media = ask([
      { type: 'text', text: '漢字' },
      { type: 'image_url', image_url: { url } },
    ]);
    expect(escapedTokens(readChatRequest(Buffer.from(escaped(media))))).toBe(0);
  });
});
