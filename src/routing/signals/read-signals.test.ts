import { readFileSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { readSignals } from './read-signals.ts';
import type { ChatBody } from './texts.ts';

const user = (content: unknown) => ({ role: 'user', content });
const signalsOf = (text: string, more: ChatBody = {}) =>
  readSignals({ messages: [user(text)], ...more }).signals;

const PROSE = `The committee met on Thursday to discuss the renovation of the old railway station, which has stood
empty since the last train left. Several residents spoke in favour of turning it into a library; others feared that
the costs would outgrow the budget of the town, and asked for a second opinion before anything is signed.`;
const GERMAN = `Der Ausschuss traf sich am Donnerstag, um über die Renovierung des alten Bahnhofs zu beraten. Mehrere
Anwohner sprachen sich dafür aus, ihn in eine Bibliothek umzubauen; andere befürchteten, dass die Kosten das Budget
der Stadt übersteigen, und baten um ein zweites Gutachten.`;
const CHINESE =
  '委员会周四开会，讨论旧火车站的翻修问题。几位居民赞成把它改建成图书馆；另一些人则担心费用会超出小镇的预算。';
const PYTHON = `def merge(a, b):
    result = []
    while a and b:
        result.append(a.pop(0) if a[0] <= b[0] else b.pop(0))
    return result + a + b
`;

describe('the estimate of tokens', () => {
  const typescript = readFileSync(new URL('../select.ts', import.meta.url), 'utf8');
  it.each([
    ['English prose', PROSE.repeat(3)],
    ['German prose', GERMAN.repeat(3)],
    ['Chinese', CHINESE.repeat(8)],
    ['TypeScript', typescript],
    ['Python', PYTHON.repeat(6)],
    ['JSON', JSON.stringify([{ id: 1, name: 'Anna', tags: ['a', 'b'], active: true }], null, 2).repeat(20)],
    ['prose and code', `${PROSE}\n\n${PYTHON}`.repeat(4)],
  ])('is within a quarter of what a real tokenizer counts: %s', (_name, text) => {
    const real = encode(text).length;
    const { tokens } = signalsOf(text);
    expect(Math.abs(tokens - real) / real).toBeLessThan(0.25);
  });

  it('counts tools, images and sound beside the words', () => {
    const plain = signalsOf('What is this?').tokens;
    const parameters = { type: 'object', properties: { city: { type: 'string', description: PROSE } } };
    const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
    expect(signalsOf('What is this?', { tools }).tokens).toBeGreaterThan(plain + 60);
    const parts = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    ];
    const { signals } = readSignals({ messages: [user(parts)] });
    expect(signals).toMatchObject({ images: 1, audio: 1 });
    expect(signals.tokens).toBeGreaterThan(plain + 1_000);
    // The bytes of an image are no words: a large one costs no more.
    const large = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(100_000)}` } }];
    expect(readSignals({ messages: [user(large)] }).signals.tokens).toBeLessThan(1_000);
  });
});

describe('the shape of a conversation', () => {
  it('tells a loop of tools that goes on from one that has ended', () => {
    const call = {
      role: 'assistant',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    const loop = [user('do it'), call, { role: 'tool', tool_call_id: '1', content: 'done' }];
    expect(readSignals({ messages: loop }).signals).toMatchObject({
      turns: 1,
      toolResults: 1,
      continuation: true,
    });
    const over = [...loop, { role: 'assistant', content: 'It is done.' }, user('thanks')];
    expect(readSignals({ messages: over }).signals).toMatchObject({ turns: 2, continuation: false });
  });

  it('wants structure where the answer must be JSON or a call', () => {
    expect(signalsOf('x').structuredOutput).toBe(false);
    expect(signalsOf('x', { response_format: { type: 'text' } }).structuredOutput).toBe(false);
    expect(signalsOf('x', { response_format: { type: 'json_object' } }).structuredOutput).toBe(true);
    expect(signalsOf('x', { response_format: { type: 'json_schema' } }).structuredOutput).toBe(true);
    expect(signalsOf('x', { tool_choice: 'auto' }).structuredOutput).toBe(false);
    expect(signalsOf('x', { tool_choice: 'required' }).structuredOutput).toBe(true);
  });

  it('knows agents by what they say of themselves, or by their tools', () => {
    const system = (content: string) => readSignals({ messages: [{ role: 'system', content }, user('go')] });
    expect(system('You are Cline, a skilled engineer.').signals.agent).toBe('cline');
    expect(system('Answer as a pirate who knows what a recline is.').signals.agent).toBeNull();
    const tools = (...names: string[]) => names.map((name) => ({ type: 'function', function: { name } }));
    expect(signalsOf('go', { tools: tools('read_file', 'apply_diff', 'execute_command') }).agent).toBe(
      'coding-agent',
    );
    expect(signalsOf('go', { tools: tools('weather', 'search', 'calendar') }).agent).toBeNull();
  });

  it('takes anything for a body', () => {
    const bodies: readonly ChatBody[] = [
      {},
      { messages: 7 },
      { messages: [null, 'x', { role: 7, content: { deep: [] } }, user([null, 1, { type: 'text' }])] },
      { messages: [user('x')], tools: { not: 'a list' }, max_tokens: -1 },
    ];
    for (const body of bodies) {
      const { signals } = readSignals(body);
      expect(Number.isFinite(signals.tokens)).toBe(true);
      expect(signals.maxOutputTokens).toBeNull();
    }
  });
});

/** The best of three; of up to thirty while it takes more than `enough`, for the machine may have other things to do. */
function msOf(body: ChatBody, enough = Infinity): number {
  let best = Infinity;
  for (let run = 0; run < 3 || (run < 30 && best >= enough); run += 1) {
    const began = performance.now();
    readSignals(body);
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

describe('a megabyte of anything', () => {
  const one =
    (part: string) =>
    (size: number): ChatBody => ({
      messages: [user(part.repeat(Math.ceil(size / part.length)).slice(0, size))],
    });
  const HOSTILE: Readonly<Record<string, (size: number) => ChatBody>> = {
    words: one('word '),
    'one word': one('a'),
    brackets: one('{[('),
    'beginnings of SQL': one('select from '),
    'markers of code': one('```python\ndef f('),
    'half of a marker': one('<fim_prefix>'),
    blanks: one(' \n\t'),
    complaints: one('still wrong again '),
    Chinese: one('委员会'),
    'lonely surrogates': one('\ud800'),
    'small messages': (size) => ({ messages: Array.from({ length: size / 50 }, () => user('hi')) }),
    'small parts': (size) => ({
      messages: [user(Array.from({ length: size / 50 }, () => ({ type: 'text', text: 'hi' })))],
    }),
    'system messages': (size) => ({
      messages: Array.from({ length: size / 50 }, () => ({ role: 'system', content: 'Be kind.' })),
    }),
    'small tools': (size) => ({
      messages: [user('go')],
      tools: Array.from({ length: size / 50 }, (_, at) => ({
        type: 'function',
        function: { name: `f${at}` },
      })),
    }),
  };

  it.each(Object.entries(HOSTILE))('costs twice as much as half of it, and little: %s', (_name, make) => {
    // Twice is linear, four times quadratic.
    const limit = Math.min(100, msOf(make(500_000)) * 3 + 10);
    expect(msOf(make(1_000_000), limit)).toBeLessThan(limit);
  });
});
