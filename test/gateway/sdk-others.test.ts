/** The same endpoint through two other clients that applications use. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { embed, generateText, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';

let prism: TestPrism;
let tenant: TestTenant;

beforeAll(async () => {
  prism = await startTestPrism();
  tenant = await prism.tenant('others', [await prism.provider({ name: 'Simulator', type: 'simulator' })]);
});
afterAll(() => prism.stop());

describe('Vercel AI SDK', () => {
  const provider = () =>
    createOpenAICompatible({ name: 'prism', baseURL: tenant.baseUrl, apiKey: tenant.apiKey });

  it('generates and streams the same text, with its usage', async () => {
    const model = provider()('sim-fast');
    const whole = await generateText({ model, prompt: 'Hello!' });
    const stream = streamText({ model, prompt: 'Hello!' });
    let text = '';
    for await (const part of stream.textStream) text += part;
    expect(text).toBe(whole.text);
    expect(whole.usage.inputTokens).toBeGreaterThan(0);
    expect(await stream.finishReason).toBe('stop');
  });

  it('calls tools', async () => {
    const weather = tool({
      description: 'The weather of a city',
      inputSchema: jsonSchema<{ city: string }>({
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      }),
      execute: ({ city }) => `It is sunny in ${city}.`,
    });
    const answer = await generateText({
      model: provider()('sim-fast'),
      prompt: 'Weather?',
      tools: { weather },
      toolChoice: 'required',
    });
    expect(answer.toolCalls[0]).toMatchObject({ toolName: 'weather', input: { city: expect.any(String) } });
  });

  it('embeds', async () => {
    const { embedding } = await embed({ model: provider().embeddingModel('sim-embedding'), value: 'fox' });
    expect(embedding.length).toBeGreaterThan(1);
  });
});

describe('LangChain', () => {
  const configuration = () => ({ baseURL: tenant.baseUrl });

  it('invokes and streams the same text', async () => {
    const chat = new ChatOpenAI({
      model: 'sim-fast',
      apiKey: tenant.apiKey,
      configuration: configuration(),
      maxRetries: 0,
    });
    const whole = await chat.invoke('Hello!');
    let text = '';
    for await (const part of await chat.stream('Hello!')) text += String(part.content);
    expect(text).toBe(whole.content);
    expect(whole).toMatchObject({ usage_metadata: { input_tokens: expect.any(Number) } });
  });

  it('embeds', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: 'sim-embedding',
      apiKey: tenant.apiKey,
      configuration: configuration(),
      maxRetries: 0,
    });
    expect((await embeddings.embedQuery('fox')).length).toBeGreaterThan(1);
  });
});
