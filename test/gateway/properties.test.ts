/** Design "Bytes, not objects": whatever is sent gets an answer, and what goes on upstream means what was sent. */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { answer, refuse, sendJson, startUpstream, type ScriptedUpstream } from './upstream.ts';

const MAX_OUTPUT = 1_000;
let prism: TestPrism;
let tenant: TestTenant;
let upstream: ScriptedUpstream;

beforeAll(async () => {
  prism = await startTestPrism();
  upstream = await startUpstream(
    [
      { id: 'chat-1', type: 'chat', max_output_tokens: MAX_OUTPUT },
      { id: 'embed-1', type: 'embedding' },
    ],
    (res, request) => {
      // What is spoilt inside of a nested value goes on as it is: a provider refuses it, and so does this one.
      if (!isJson(request.body)) return refuse(400)(res, request);
      if (request.path.endsWith('/chat/completions')) return answer('Hi')(res, request);
      const usage = { prompt_tokens: 2, total_tokens: 2 };
      sendJson(res, 200, { object: 'list', data: [{ index: 0, embedding: [0.5] }], usage });
    },
  );
  const echo = await prism.provider({
    name: 'Echo',
    slug: 'echo',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  });
  const simulator = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('any', [echo, simulator]);
});
afterAll(async () => {
  await prism.stop();
  await upstream.close();
});

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

const post = (path: string, body: string | Uint8Array) =>
  fetch(tenant.baseUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${tenant.apiKey}` },
    body: body as string,
    signal: AbortSignal.timeout(60_000),
  });

/** Numbers as they are written: a double would hide what is lost. */
const exact = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? { number: context?.source } : value,
  );

async function outcomeOf(response: Response) {
  const text = await response.text();
  const body: unknown = response.ok ? null : JSON.parse(text);
  return { id: response.headers.get('x-request-id'), status: response.status, body };
}

const textOrNull: unknown = expect.toSatisfy((it) => it === null || typeof it === 'string');
const SERVED: unknown = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 200, body: null };
const REFUSED: unknown = {
  id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  status: expect.toSatisfy((it) => it >= 400 && it < 500),
  body: {
    error: {
      message: expect.stringMatching(/./),
      type: expect.stringMatching(/^[a-z_]+$/),
      code: textOrNull,
      param: textOrNull,
    },
  },
};

const path = fc.constantFrom('/chat/completions', '/embeddings');
const model = fc.constantFrom('chat-1', 'embed-1', 'sim-fast', 'sim-embedding', 'nothing');
const text = fc.string({ unit: 'binary', maxLength: 20 });
/** Bodies that come near to requests, so that some of each kind get through every check. */
const nearRequest = fc.record(
  {
    model: fc.oneof({ weight: 6, arbitrary: model }, { weight: 1, arbitrary: fc.jsonValue() }),
    messages: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.array(
          fc.record({
            role: fc.constantFrom('user', 'system', 'tool'),
            content: fc.oneof(text, fc.jsonValue()),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    input: fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.jsonValue()),
    stream: fc.oneof(fc.boolean(), fc.constant(null), fc.jsonValue()),
    stream_options: fc.oneof(fc.constant({ include_usage: true }), fc.jsonValue()),
    max_tokens: fc.oneof(fc.nat(5_000), fc.jsonValue()),
    tools: fc.jsonValue(),
    user: fc.oneof(text, fc.jsonValue()),
    n: fc.oneof(fc.nat(3), fc.jsonValue()),
    stop: fc.jsonValue(),
    response_format: fc.jsonValue(),
    logprobs: fc.oneof(fc.boolean(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

describe('any body', () => {
  it('that is JSON is answered in OpenAI’s shape, never with a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(path, fc.oneof(nearRequest, fc.jsonValue()), async (to, body) => {
        const outcome = await outcomeOf(await post(to, JSON.stringify(body)));
        expect(outcome).toEqual(outcome.status === 200 ? SERVED : REFUSED);
      }),
      { numRuns: 300 },
    );
  });

  it('of any bytes, too', async () => {
    const spoilt = fc
      .tuple(
        nearRequest,
        fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 4 })), { maxLength: 3 }),
      )
      .map(([body, edits]) => {
        let bytes = Buffer.from(JSON.stringify(body));
        for (const [at, cut, put] of edits) {
          const from = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
        }
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(path, fc.oneof(spoilt, fc.uint8Array({ maxLength: 300 })), async (to, body) => {
        const outcome = await outcomeOf(await post(to, body));
        expect(outcome).toEqual(outcome.status === 200 ? SERVED : REFUSED);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a byte order mark', '\ufeff{"model":"sim-fast","messages":[{"role":"user","content":"x"}]}'],
    ['a thousand brackets', '['.repeat(1_000)],
    [
      'a thousand nested messages',
      `{"model":"sim-fast","messages":[${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}]}`,
    ],
    ['a model of a megabyte', `{"model":"${'m'.repeat(1 << 20)}","messages":[{}]}`],
    ['a model of NULs', '{"model":"\\u0000\\u0000","messages":[{}]}'],
    ['a model that is half a character', '{"model":"\\ud83d","messages":[{}]}'],
    ['a number of a megabyte', `{"model":"sim-fast","messages":[{}],"seed":${'9'.repeat(1 << 20)}}`],
    ['a user with a NUL', '{"model":"nothing","messages":[{}],"user":"\\u0000"}'],
    ['a member named __proto__', '{"model":"nothing","messages":[{}],"__proto__":{"model":"x"}}'],
  ])('with %s is the caller’s fault', async (_, body) => {
    expect(await outcomeOf(await post('/chat/completions', body))).toEqual(REFUSED);
  });

  it('leaves the process well and nothing in the log that was our fault', async () => {
    expect((await fetch(`${prism.url}/health`)).status).toBe(200);
    await prism.prism.flush();
    const client = new pg.Client({ connectionString: prism.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      "SELECT DISTINCT error_message FROM request_log WHERE http_status >= 500 OR error_type = 'server_error'",
    );
    await client.end();
    expect(rows).toEqual([]);
  });
});

/** JSON texts that a parse and a print would not give back. */
const literal = fc.oneof(
  fc.constantFrom(
    '12345678901234567890123',
    '-0',
    '0.1000',
    '1e-400',
    '1E+2',
    '9007199254740993',
    '"\\u00e9\\/"',
  ),
  fc.bigInt().map(String),
  fc.json({ maxDepth: 3 }),
);
const RESERVED = new Set(
  'model stream stream_options max_tokens max_completion_tokens messages input user tools n'.split(' '),
);
const extras = fc
  .uniqueArray(fc.tuple(text, literal), { selector: ([name]) => name, maxLength: 5 })
  .map((list) => list.filter(([name]) => !RESERVED.has(name.toUpperCase().toLowerCase())));
const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');

/** The members in any order with any white space around them. */
function write(members: readonly (readonly [string, string])[], gap: string): string {
  const list = members.map(([name, value]) => `${gap}${JSON.stringify(name)}${gap}:${gap}${value}${gap}`);
  return `${gap}{${list.join(',')}}${gap}`;
}

const lastBody = (): string => upstream.received.at(-1)?.body.toString() ?? '';

describe('what goes upstream', () => {
  const shuffled = (members: [string, string][]) =>
    fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length });
  const chat = fc
    .tuple(extras, fc.array(literal, { minLength: 1, maxLength: 3 }), fc.boolean(), space)
    .chain(([more, contents, pinned, gap]) => {
      const messages = `[${contents.map((it) => `{"role":"user","content":${it},"x":${it}}`).join(`${gap},`)}]`;
      const name = pinned ? '"echo\\/chat-1"' : '"chat-1"';
      return fc.tuple(shuffled([['model', name], ['messages', messages], ...more]), fc.constant(gap));
    })
    .map(([members, gap]) => write(members, gap));

  it('is byte for byte what the client sent, but for the model’s name', async () => {
    await fc.assert(
      fc.asyncProperty(chat, async (body) => {
        expect((await post('/chat/completions', body)).status).toBe(200);
        expect(lastBody()).toBe(body.replace('"echo\\/chat-1"', '"chat-1"'));
      }),
      { numRuns: 150 },
    );
  });

  it('has the limit clamped and the usage asked for, and all the rest as it was', async () => {
    const limit = fc.oneof(
      fc.integer({ min: 1, max: MAX_OUTPUT }),
      fc.integer({ min: MAX_OUTPUT + 1, max: 1e9 }),
    );
    const options = fc.option(
      fc.tuple(fc.constantFrom(undefined, false, true, null), extras).map(([include, more]) => {
        const own: [string, string][] = include === undefined ? [] : [['include_usage', String(include)]];
        return write([...own, ...more], '');
      }),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(
        extras,
        limit,
        fc.constantFrom('max_tokens', 'max_completion_tokens'),
        options,
        space,
        async (more, tokens, name, streamOptions, gap) => {
          const members: [string, string][] = [
            ['model', '"chat-1"'],
            [name, String(tokens)],
            ['messages', '[{"role":"user","content":"Hi"}]'],
            ...more,
            ['stream', 'true'],
            ...(streamOptions === undefined
              ? []
              : ([['stream_options', streamOptions]] as [string, string][])),
          ];
          const response = await post('/chat/completions', write(members, gap));
          expect(response.status).toBe(200);
          await response.text();
          const wanted = exact(write(members, '')) as Record<string, unknown>;
          wanted[name] = { number: String(Math.min(tokens, MAX_OUTPUT)) };
          const asked = (wanted['stream_options'] ?? {}) as Record<string, unknown>;
          wanted['stream_options'] = { ...asked, include_usage: true };
          const sent = exact(lastBody()) as Record<string, unknown>;
          // The client's own stream options are read and written again, if usage must be added to them.
          expect(plain(sent['stream_options'])).toEqual(plain(wanted['stream_options']));
          expect({ ...sent, stream_options: null }).toEqual({ ...wanted, stream_options: null });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is the same for embeddings', async () => {
    await fc.assert(
      fc.asyncProperty(extras, fc.oneof(text, fc.array(text)), space, async (more, input, gap) => {
        const body = write([...more, ['input', JSON.stringify(input)], ['model', '"echo/embed-1"']], gap);
        expect((await post('/embeddings', body)).status).toBe(200);
        expect(lastBody()).toBe(body.replace('"echo/embed-1"', '"embed-1"'));
      }),
      { numRuns: 60 },
    );
  });

  it('never holds a governed member twice, however the second is spelt', async () => {
    const governed = fc.constantFrom(...RESERVED);
    const spelling = fc.array(fc.constantFrom('as it is', 'escaped', 'ESCAPED', 'other case'), {
      minLength: 25,
      maxLength: 25,
    });
    const respell = (name: string, how: readonly string[]): string =>
      Array.from(name)
        .map((char, at) => {
          const code = char.charCodeAt(0).toString(16).padStart(4, '0');
          if (how[at] === 'escaped') return `\\u${code}`;
          if (how[at] === 'ESCAPED') return `\\u${code.toUpperCase()}`;
          return how[at] === 'other case' ? char.toUpperCase() : char;
        })
        .join('');
    await fc.assert(
      fc.asyncProperty(governed, spelling, fc.boolean(), async (name, how, first) => {
        const before = upstream.received.length;
        const members = [
          ['"model"', '"chat-1"'],
          ['"messages"', '[{"role":"user","content":"Hi"}]'],
          ['"input"', '"Hi"'],
          ...(['model', 'messages', 'input'].includes(name) ? [] : [[`"${name}"`, 'null']]),
        ].map(([key, value]) => `${key}:${value}`);
        const second = `"${respell(name, how)}":"x"`;
        const list = first ? [second, ...members] : [...members, second];
        for (const to of ['/chat/completions', '/embeddings']) {
          const outcome = await outcomeOf(await post(to, `{${list.join(',')}}`));
          expect(outcome).toEqual(REFUSED);
          expect(outcome.status).toBe(400);
        }
        expect(upstream.received).toHaveLength(before);
      }),
      { numRuns: 60 },
    );
  });
});

/** Numbers as doubles again. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, it: unknown) =>
      typeof it === 'object' && it !== null && 'number' in it && Object.keys(it).length === 1
        ? Number(it.number)
        : it,
    ),
  );
}
