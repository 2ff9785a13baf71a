import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

const PATH = '/api/prism/admin/tokenize';
const messages = [{ role: 'user', content: 'Hello, how are you?' }];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// API reference, "Token Estimation"
describe('Token Estimation', () => {
  it('POST /tokenize: the documented answer, byte for byte', async () => {
    const response = await fetch(stage.url + PATH, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${stage.tokens['tenant-viewer']}`,
      },
      body: JSON.stringify({ messages }),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"estimated_tokens":12,"method":"heuristic","chars":20}');
  });

  it('POST /tokenize: exact for a model whose tokenizer is known, tools and images included', async () => {
    const named = { estimated_tokens: 13, method: 'o200k_base', chars: 20 };
    expect((await stage.rest('POST', PATH, { messages, model: 'gpt-4o' })).body).toEqual(named);
    expect((await stage.rest('POST', `${PATH}?model=gpt-4o`, { messages })).body).toEqual(named);
    const tools = [
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
    ];
    const image = { type: 'image_url', image_url: { url: 'https://example.com/x.png', detail: 'low' } };
    const { body } = await stage.rest('POST', PATH, {
      messages: [...messages, { role: 'user', content: [image] }],
      tools,
      model: 'gpt-4o',
    });
    // The message above, one with an image (4 + 85), and a tool (7 + 12 + "f:").
    expect(body).toEqual({ estimated_tokens: 13 + 89 + 19 + 2, method: 'o200k_base', chars: 20 + 1 + 2 });
  });

  it('GET /tokenize?text=: a text by itself', async () => {
    const get = (query: string) => stage.rest('GET', `${PATH}${query}`, undefined, stage.tokens.finops);
    const text = encodeURIComponent('Hello, how are you?');
    expect((await get(`?text=${text}`)).body).toEqual({
      estimated_tokens: 5,
      method: 'heuristic',
      chars: 19,
    });
    expect((await get(`?text=${text}&model=gpt-4`)).body).toEqual({
      estimated_tokens: 6,
      method: 'cl100k_base',
      chars: 19,
    });
    expect((await get('?text=')).body).toEqual({ estimated_tokens: 0, method: 'heuristic', chars: 0 });
    const missing = await get('');
    expect([missing.status, missing.body.error.fields[0].path]).toEqual([400, 'text']);
  });

  it('POST /tokenize: 400 that names the field', async () => {
    for (const [body, path] of [
      [{}, 'messages'],
      [{ messages: 'x' }, 'messages'],
      [{ messages: [] }, 'messages'],
      [{ messages: [{ role: 'user', content: 7 }] }, 'messages.0.content'],
      [{ messages, tools: {} }, 'tools'],
      [{ messages, model: 7 }, 'model'],
    ] as const) {
      const answer = await stage.rest('POST', PATH, body);
      expect([answer.status, answer.body.error.fields[0].path]).toEqual([400, path]);
    }
  });

  it('takes nearly a megabyte, and holds nobody else up', async () => {
    const content = 'A sentence of some length, as people write it. '.repeat(21_000);
    const before = performance.now();
    const { status, body } = await stage.rest('POST', PATH, {
      messages: [{ role: 'user', content }],
      model: 'gpt-4o',
    });
    expect([status, body.method, body.chars]).toEqual([200, 'o200k_base', content.length + 1]);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('through GraphQL: the same', async () => {
    const { body } = await stage.graphql(
      `query ($input: PromptTokensInput!) {
        promptTokens(input: $input) { estimatedTokens method chars }
        textTokens(text: "Hello") { estimatedTokens }
      }`,
      { input: { messages } },
    );
    expect(body.data).toEqual({
      promptTokens: { estimatedTokens: 12, method: 'heuristic', chars: 20 },
      textTokens: { estimatedTokens: 2 },
    });
  });
});
