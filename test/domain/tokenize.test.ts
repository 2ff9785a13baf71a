import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/identity/actor.ts';
import { actor, createWorld, pathsOf, refusal, type World } from './world.ts';

let world: World;
const viewer = actor('tenant-viewer');

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const text = (value: string, model?: string) => world.domain.tokenize.text(viewer, { text: value, model });
const prompt = (messages: unknown[], more: object = {}) =>
  world.domain.tokenize.prompt(viewer, { messages, ...more });
const hello = { role: 'user', content: 'Hello, how are you?' };

describe('the rule of thumb', () => {
  it('gives what the reference prints for its example', async () => {
    expect(await prompt([hello])).toEqual({ estimatedTokens: 12, method: 'heuristic', chars: 20 });
  });

  it('counts a text by itself without anything around it', async () => {
    expect(await text('Hello, how are you?')).toEqual({ estimatedTokens: 5, method: 'heuristic', chars: 19 });
    expect(await text('')).toEqual({ estimatedTokens: 0, method: 'heuristic', chars: 0 });
  });

  it('adds up messages, parts, names, calls and answers of tools', async () => {
    const parts = [
      { type: 'text', text: 'Hello, ' },
      { type: 'text', text: 'how are you?' },
    ];
    expect(await prompt([{ role: 'user', content: parts }])).toEqual(await prompt([hello]));
    expect((await prompt([hello, hello])).estimatedTokens).toBe(3 + 2 * 9);
    const called = await prompt([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Lyon"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '21 degrees' },
    ]);
    expect(called.chars).toBe('weather{"city":"Lyon"}'.length + 1 + '21 degrees'.length + 1);
    expect(called.estimatedTokens).toBeGreaterThan(3 + 2 * 4 + 3);
  });

  it('counts images and sound by what they are, not by their base64', async () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(400_000)}` } };
    const base = (await prompt([hello])).estimatedTokens;
    const of = async (part: object, model: string) => {
      const message = { role: 'user', content: [{ type: 'text', text: 'Hello, how are you?' }, part] };
      return (await prompt([message], { model })).estimatedTokens - base;
    };
    expect(await of(image, 'claude-sonnet-4-5')).toBe(Math.ceil((1024 * 1024) / 750));
    expect(await of({ type: 'image_url', image_url: 'https://example.com/a.png' }, 'unheard-of')).toBe(765);
    const low = { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } };
    expect(await of(low, 'unheard-of')).toBe(85);
    // Two seconds of 16 kHz, 16 bit.
    const wav = Buffer.alloc(64_000);
    wav.write('RIFF', 'latin1');
    wav.writeUInt32LE(32_000, 28);
    const audio = { type: 'input_audio', input_audio: { data: wav.toString('base64'), format: 'wav' } };
    expect(await of(audio, 'unheard-of')).toBe(20);
  });

  it('counts tools by their names, descriptions, properties and choices', async () => {
    const tool = (parameters: object) => ({
      type: 'function',
      function: { name: 'get_weather', description: 'The weather of a place.', parameters },
    });
    const none = await prompt([hello]);
    const bare = await prompt([hello], { tools: [tool({})] });
    const full = await prompt([hello], {
      tools: [
        tool({
          type: 'object',
          properties: {
            city: { type: 'string', description: 'Name of the city.' },
            unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
            deep: { type: 'object', properties: { more: { type: ['string', 'null'] } } },
          },
        }),
      ],
    });
    expect(bare.estimatedTokens).toBeGreaterThan(none.estimatedTokens + 7 + 12);
    expect(full.estimatedTokens).toBeGreaterThan(bare.estimatedTokens + 20);
    expect(bare.chars - none.chars).toBe('get_weather:The weather of a place'.length);
  });
});

describe('a model whose tokenizer is known', () => {
  it.each([
    ['gpt-4o', 'o200k_base'],
    ['openai/gpt-4.1-mini', 'o200k_base'],
    ['gpt-oss-20b', 'o200k_harmony'],
    ['gpt-4', 'cl100k_base'],
  ])('%s is counted exactly, by %s', async (model, method) => {
    expect(await text('Hello, how are you?', model)).toEqual({ estimatedTokens: 6, method, chars: 19 });
    expect(await prompt([hello], { model })).toEqual({ estimatedTokens: 13, method, chars: 20 });
  });

  it('counts the sum of its messages, as OpenAI’s own example does', async () => {
    // The cookbook's example; the API answers 124 prompt tokens for gpt-4o.
    const system = (name: string, content: string) => ({ role: 'system', name, content });
    const messages = [
      {
        role: 'system',
        content:
          'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
      },
      system('example_user', 'New synergies will help drive top-line growth.'),
      system('example_assistant', 'Things working well together will increase revenue.'),
      system(
        'example_user',
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
      ),
      system('example_assistant', "Let's talk later when we're less busy about how to do better."),
      {
        role: 'user',
        content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
      },
    ];
    expect((await prompt(messages, { model: 'gpt-4o' })).estimatedTokens).toBe(124);
    expect((await prompt(messages, { model: 'gpt-4' })).estimatedTokens).toBe(129);
  });

  it('takes what looks like a special token for the text that it is', async () => {
    expect(await text('<|endoftext|>', 'gpt-4')).toMatchObject({ estimatedTokens: 7, method: 'cl100k_base' });
  });

  it('answers many who ask at once', async () => {
    const asked = Array.from({ length: 20 }, (_, n) => text('x '.repeat(n + 1), 'gpt-4o'));
    const answers = await Promise.all(asked);
    for (const [n, { estimatedTokens, method }] of answers.entries()) {
      expect(method).toBe('o200k_base');
      expect(estimatedTokens).toBeGreaterThanOrEqual(n + 1);
    }
  });

  it('falls back to the rule of thumb when very many ask at once, and says so', async () => {
    const methods = await Promise.all(
      Array.from({ length: 60 }, () => text('x '.repeat(50_000), 'gpt-4o').then(({ method }) => method)),
    );
    expect(new Set(methods)).toEqual(new Set(['o200k_base', 'heuristic']));
    expect(methods.filter((method) => method === 'o200k_base').length).toBeGreaterThanOrEqual(32);
  });
});

describe('a model whose tokenizer is nobody’s to know', () => {
  it.each(['claude-sonnet-4-5', 'gemini-2.5-pro', 'unheard-of'])('%s is estimated', async (model) => {
    expect(await prompt([hello], { model })).toEqual({ estimatedTokens: 12, method: 'heuristic', chars: 20 });
  });
});

describe('input', () => {
  it.each([
    [{ messages: [] }, 'messages'],
    [{ messages: [{ content: 'x' }] }, 'messages.0.role'],
    [{ messages: ['x'] }, 'messages.0'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages.0.content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages.0.content'],
    [{ messages: [{ role: 'user', tool_calls: {} }] }, 'messages.0.tool_calls'],
    [{ messages: [hello], tools: [{ function: {} }] }, 'tools.0.function.name'],
    [{ messages: [hello], model: 'a b' }, 'model'],
    [{ messages: [hello], prompt: 'x' }, ''],
  ])('%o is refused: the error names %s', async (input, path) => {
    const error = await refusal(world.domain.tokenize.prompt(viewer, input as never));
    expect([error.code, pathsOf(error)]).toEqual(['bad_input', [path]]);
  });

  it('of any kind is refused with a field, or counted', async () => {
    const anything = fc.anything({ maxDepth: 3 });
    const part = fc.record(
      { type: fc.constantFrom('text', 'image_url', 'image', 'file'), text: fc.string(), image_url: anything },
      { requiredKeys: ['type'] },
    );
    const message = fc.record(
      {
        role: fc.constant('user'),
        content: fc.oneof(fc.string({ unit: 'binary' }), fc.array(part), anything),
      },
      { requiredKeys: ['role'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(message, anything), { maxLength: 4 }), async (messages) => {
        const outcome = await prompt(messages).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'bad_input' });
        else expect(outcome).toMatchObject({ method: 'heuristic', estimatedTokens: expect.any(Number) });
      }),
      { numRuns: 300 },
    );
  });

  it('may come from everybody who has signed in', async () => {
    for (const role of ROLES) {
      expect(await world.domain.tokenize.text(actor(role), { text: 'x' })).toMatchObject({ chars: 1 });
    }
  });
});
