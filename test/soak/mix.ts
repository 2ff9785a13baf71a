import type { IncomingMessage } from 'node:http';
import type { Ask } from '../durability/application.ts';

/** Who asks: a tenant without limits, one with few requests a minute, one whose key nobody knows. */
export type Asker = 'acme' | 'tight' | 'stranger';

export interface Kind {
  readonly name: string;
  /** How often, beside the others. */
  readonly weight: number;
  readonly asker: Asker;
  /** After how many ms at most the client leaves, at random; null = it stays. */
  readonly leavesWithinMs: number | null;
  make(random: () => number): Ask;
}

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
    },
  },
];
const SCHEMA = {
  type: 'json_schema',
  json_schema: { name: 'answer', schema: { type: 'object', properties: { answer: { type: 'string' } } } },
};

type Members = Readonly<Record<string, unknown>>;

/** A chat whose prompt nobody has sent before. */
function chat(model: string, more: Members = {}, prompt = '[[tokens 60]]'): Kind['make'] {
  return (random) => ({
    body: {
      model,
      user: `user-${Math.floor(random() * 5)}`,
      messages: [{ role: 'user', content: `${prompt} ${Math.floor(random() * 1e9)}` }],
      ...more,
    },
  });
}

const stream = { stream: true };
const streamWithUsage = { stream: true, stream_options: { include_usage: true } };

function kind(name: string, weight: number, make: Kind['make'], more: Partial<Kind> = {}): Kind {
  return { name, weight, make, asker: 'acme', leavesWithinMs: null, ...more };
}

/** Whole and streamed. */
function both(name: string, weight: number, model: string, more: Members = {}, prompt?: string): Kind[] {
  return [
    kind(name, weight / 2, chat(model, more, prompt)),
    kind(`${name}, streamed`, weight / 2, chat(model, { ...more, ...stream }, prompt)),
  ];
}

/** Reads a part, rests, and reads on: the gateway has to hold the provider back. */
function slowly(answer: IncomingMessage): void {
  let sinceRest = 0;
  answer.on('data', (part: string) => {
    sinceRest += part.length;
    if (sinceRest < 500_000) return;
    sinceRest = 0;
    answer.pause();
    setTimeout(() => answer.resume(), 100);
  });
}

const MISHAPS =
  'error-400 error-401 error-429 error-500 slow-first-byte stall break stream-error no-usage no-done html'.split(
    ' ',
  );

export const KINDS: readonly Kind[] = [
  ...both('fast', 36, 'sim/sim-fast'),
  kind('fast with usage', 6, chat('sim/sim-fast', streamWithUsage)),
  ...both('paced', 12, 'sim/sim-mini'),
  kind('slow and streamed', 8, chat('sim/sim-chat', stream)),
  ...both('reasoning', 4, 'sim/sim-thinker'),
  ...both('cached', 4, 'sim/sim-cache', {}, 'x'.repeat(20_000)),
  ...both('tools', 6, 'sim/sim-fast', { tools: TOOLS }, 'get_weather for'),
  ...both('structured', 4, 'sim/sim-fast', { response_format: SCHEMA }),
  ...both('prompt of 64 KB', 4, 'sim/sim-fast', {}, 'word '.repeat(13_000)),
  kind('prompt of 1 MB', 0.5, chat('sim/sim-fast', {}, 'word '.repeat(200_000))),
  kind('slow reader', 1, (random) => ({
    ...chat('outside/sim-fast', { ...stream, n: 4 }, '[[tokens 16000]]')(random),
    onAnswer: slowly,
  })),
  kind('embeddings', 8, (random) => ({
    path: '/embeddings',
    body: { model: 'sim/sim-embedding', input: ['a text', `another ${random()}`] },
  })),
  ...both('Anthropic', 10, 'claude/sim-fast', { max_tokens: 200 }),
  ...both('Anthropic, tools', 4, 'claude/sim-fast', { max_tokens: 200, tools: TOOLS }, 'get_weather for'),
  ...both('by alias', 4, 'house'),
  ...both('overflow', 3, 'sim-overflow', {}, 'word '.repeat(1_500)),
  // Most of what the shaky provider is asked works, or its circuit would be open all the time.
  ...both('shaky, well', 20, 'shaky/sim-fast'),
  ...both('outside', 6, 'outside/sim-fast'),
  ...MISHAPS.flatMap((mishap) => both(`shaky, ${mishap}`, 0.6, `shaky/sim-${mishap}`)),
  ...both('Anthropic, broken', 1, 'claude/sim-break', { max_tokens: 200 }),
  kind('unknown model', 2, chat('no-such-model')),
  kind('wrong type', 1, () => ({ body: { model: 'sim/sim-fast', messages: [], stream: 'yes' } })),
  kind('unknown key', 1, chat('sim/sim-fast'), { asker: 'stranger' }),
  kind('limited', 6, chat('sim/sim-fast'), { asker: 'tight' }),
  kind('leaves, whole', 4, chat('sim/sim-mini'), { leavesWithinMs: 700 }),
  kind('leaves, streamed', 8, chat('sim/sim-chat', stream), { leavesWithinMs: 1_500 }),
  kind('leaves, fast', 4, chat('sim/sim-fast', stream, '[[tokens 2000]]'), { leavesWithinMs: 20 }),
  kind('leaves, Anthropic', 3, chat('claude/sim-chat', { ...stream, max_tokens: 200 }), {
    leavesWithinMs: 1_500,
  }),
  kind('leaves in its body', 2, (random) => ({
    ...chat('sim/sim-fast', {}, 'word '.repeat(20_000))(random),
    half: true,
  })),
];

const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0);

export function pick(random: () => number): Kind {
  let rest = random() * TOTAL;
  for (const each of KINDS) {
    rest -= each.weight;
    if (rest < 0) return each;
  }
  throw new Error('no kinds');
}

/** mulberry32: the same seed, the same traffic. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
