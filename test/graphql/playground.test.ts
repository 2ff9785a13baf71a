import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '../gateway/console.ts';
import { answer, frame, refuse, startUpstream, type ScriptedUpstream } from '../gateway/upstream.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { connect, stream, type Stream } from './live-client.ts';

const CHAT = `subscription ($input: PlaygroundChatInput!) {
  playgroundChat(input: $input) {
    __typename
    ... on PlaygroundBegan { requestId httpStatus model provider afterMs }
    ... on PlaygroundChunks { chunks afterMs }
    ... on PlaygroundEnded { afterMs error { message type code } }
  }
}`;

// A test reads events of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

let upstream: ScriptedUpstream;
let prism: TestPrism;
let open: TestTenant;
let narrow: TestTenant;
let limited: TestTenant;
let provider: string;

beforeAll(async () => {
  upstream = await startUpstream(['gpt-4o-mini', 'gpt-4o']);
  prism = await startTestPrism();
  provider = await prism.provider({
    name: 'Upstream',
    type: 'openai',
    config: { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: 'sk-upstream' } },
  });
  open = await prism.tenant('open', [provider]);
  narrow = await prism.tenant('narrow', [provider], {
    modelConfig: { mode: 'whitelist', list: ['gpt-4o'] },
  });
  limited = await prism.tenant('limited', [provider], { rateLimit: { requestsPerMinute: 1 } });
});
afterAll(async () => {
  await prism?.stop();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.respond = answer('Hello!');
});

const body = (model = 'gpt-4o-mini') => ({ model, messages: [{ role: 'user', content: 'Hi' }] });

async function chat(tenantId: string, sent: object = body(), token = prism.token): Promise<Stream> {
  return await stream(prism.url, token, { query: CHAT, variables: { input: { tenantId, body: sent } } });
}
const eventsOf = ({ events }: Stream): Json[] => events.map(({ data }) => data?.playgroundChat);
const codeOf = ({ events }: Stream): string | undefined => events[0]?.errors?.[0]?.extensions.code;

describe('a request of the playground', () => {
  it('is answered as the tenant’s own, chunk by chunk, with its cost at the end', async () => {
    const followed = await chat(open.id);
    await followed.ended;
    const [began, ...rest] = eventsOf(followed);
    expect(began).toMatchObject({ __typename: 'PlaygroundBegan', httpStatus: 200, model: 'gpt-4o-mini' });
    expect(rest.at(-1)).toMatchObject({ __typename: 'PlaygroundEnded', error: null });
    const chunks = rest.flatMap((event) => event.chunks ?? []);
    expect(chunks.map((chunk: Json) => chunk.choices?.[0]?.delta?.content ?? '').join('')).toBe('Hello!');
    const last = chunks.find((chunk: Json) => chunk.cost_info !== undefined);
    expect(last.cost_info.actual_cost).toBeGreaterThan(0);
    expect(last.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5 });
  });

  it('is logged once, priced, with the person as its user and without a key', async () => {
    const followed = await chat(open.id);
    await followed.ended;
    const [{ requestId }] = eventsOf(followed);
    await prism.prism.flush();
    const query = `query ($id: ID!) { requestLog(id: $id) {
      tenantId keyId key { id } userName status priced actualCost inputTokens outputTokens streamed } }`;
    const { body: found } = await prism.rest('POST', '/graphql', { query, variables: { id: requestId } });
    expect(found.data.requestLog).toMatchObject({
      tenantId: open.id,
      keyId: '00000000-0000-0000-0000-000000000000',
      key: null,
      userName: 'admin',
      status: 'SUCCESS',
      priced: true,
      inputTokens: 10,
      outputTokens: 5,
      streamed: true,
    });
    expect(upstream.received).toHaveLength(1);
  });

  it('sends nothing of the person to the provider', async () => {
    await (
      await chat(open.id)
    ).ended;
    const { headers, body: sent } = upstream.received[0] ?? { headers: {}, body: Buffer.alloc(0) };
    expect(JSON.stringify(headers)).not.toContain('admin');
    expect(sent.toString()).not.toContain('admin');
  });

  it('is chosen a model for where it asks for "auto"', async () => {
    const followed = await chat(open.id, body('auto'));
    await followed.ended;
    const chunks = eventsOf(followed).flatMap((event) => event.chunks ?? []);
    expect(chunks.some((chunk: Json) => chunk.auto_routing?.category !== undefined)).toBe(true);
  });

  it('goes by the tenant’s policy', async () => {
    const followed = await chat(narrow.id);
    await followed.ended;
    const [began, ended] = eventsOf(followed);
    expect(began).toMatchObject({ httpStatus: 403, model: null });
    expect(ended).toMatchObject({ __typename: 'PlaygroundEnded', error: { type: 'access_denied' } });
    expect(upstream.received).toHaveLength(0);
    const allowed = await chat(narrow.id, body('gpt-4o'));
    await allowed.ended;
    expect(eventsOf(allowed).at(-1).error).toBeNull();
  });

  it('counts against the tenant’s limits, together with its own requests', async () => {
    await (
      await chat(limited.id)
    ).ended;
    const second = await chat(limited.id);
    await second.ended;
    expect(eventsOf(second)).toMatchObject([{ httpStatus: 429 }, { error: { code: 'rate_limit_exceeded' } }]);
    const own = await prism.gateway(limited, '/chat/completions', body());
    expect(own.status).toBe(429);
    await own.arrayBuffer();
  });

  it('tells what the provider says is wrong', async () => {
    upstream.respond = refuse(400, {
      message: 'Bad temperature.',
      type: 'invalid_request_error',
      code: null,
    });
    const followed = await chat(open.id, { ...body(), temperature: 9 });
    await followed.ended;
    expect(eventsOf(followed)).toMatchObject([
      { httpStatus: 400 },
      { error: { message: 'Bad temperature.', type: 'invalid_request_error' } },
    ]);
  });

  it('tells that an answer broke in the middle', async () => {
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('gpt-4o-mini', { role: 'assistant', content: 'Once ' }));
      setImmediate(() => res.destroy());
    };
    const followed = await chat(open.id);
    await followed.ended;
    const events = eventsOf(followed);
    expect(events.at(-1)).toMatchObject({ __typename: 'PlaygroundEnded', error: { type: 'provider_error' } });
  });

  it('is refused for a body that is none', async () => {
    const followed = await chat(open.id, { model: 'gpt-4o-mini' });
    await followed.ended;
    expect(eventsOf(followed)).toMatchObject([
      { httpStatus: 400 },
      { error: { type: 'invalid_request_error' } },
    ]);
  });
});

describe('leaving', () => {
  it('ends the request at the provider, and the log says so', async () => {
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('gpt-4o-mini', { role: 'assistant', content: 'Once ' }));
    };
    const followed = await chat(open.id);
    await until(() => eventsOf(followed).some((event) => event?.chunks !== undefined));
    const [{ requestId }] = eventsOf(followed);
    followed.stop();
    await until(() => upstream.received[0]?.outcome === 'aborted');
    await until(async () => {
      await prism.prism.flush();
      const query = 'query ($id: ID!) { requestLog(id: $id) { status } }';
      const { body: found } = await prism.rest('POST', '/graphql', { query, variables: { id: requestId } });
      return found.data.requestLog?.status === 'ABORTED';
    });
    expect(upstream.received).toHaveLength(1);
  });

  it('is done for whoever may no longer: the request ends with the login', async () => {
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('gpt-4o-mini', { role: 'assistant', content: 'Once ' }));
    };
    const token = await signIn(prism, 'MAINTAINER', []);
    const followed = await chat(open.id, body(), token);
    await until(() => eventsOf(followed).some((event) => event?.chunks !== undefined));
    await prism.rest('POST', '/graphql', { query: 'mutation { logout { __typename } }' }, token);
    await until(() => upstream.received[0]?.outcome === 'aborted');
    await followed.ended;
    expect(followed.events.at(-1)?.errors?.[0].extensions.code).toBe('unauthenticated');
  });

  it('works over a socket, too', async () => {
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('gpt-4o-mini', { role: 'assistant', content: 'Once ' }));
    };
    const client = await connect(prism.url, prism.token);
    const followed = client.follow(CHAT, { input: { tenantId: open.id, body: body() } });
    await until(() => followed.events.length >= 2);
    followed.stop();
    await until(() => upstream.received[0]?.outcome === 'aborted');
    expect(followed.errors).toBeNull();
    client.socket.close();
    await client.closed;
  });
});

describe('who may', () => {
  it('are operators; a tenant’s own people are refused, for their tenant and for others', async () => {
    const maintainer = await signIn(prism, 'MAINTAINER');
    const allowed = await chat(open.id, body(), maintainer);
    await allowed.ended;
    expect(eventsOf(allowed).at(-1).error).toBeNull();
    for (const role of ['TENANT_ADMIN', 'TENANT_VIEWER', 'FINOPS'] as const) {
      const token = await signIn(prism, role, role === 'FINOPS' ? [] : [open.id]);
      for (const tenant of [open, narrow]) {
        upstream.received.length = 0;
        const refused = await chat(tenant.id, body(), token);
        await refused.ended;
        expect([role, codeOf(refused)]).toEqual([role, 'forbidden']);
        expect(upstream.received).toHaveLength(0);
      }
    }
  });

  it('need a login', async () => {
    const refused = await chat(open.id, body(), '');
    await refused.ended;
    expect(codeOf(refused)).toBe('unauthenticated');
  });

  it('are told of a tenant that is none, or switched off', async () => {
    for (const id of ['x', '01930000-0000-7000-8000-000000000000']) {
      const followed = await chat(id);
      await followed.ended;
      expect(codeOf(followed)).toBe('not_found');
    }
    const off = await prism.tenant('off', [provider]);
    await prism.rest('PUT', `/api/prism/admin/tenants/${off.id}`, { active: false });
    await until(async () => {
      const followed = await chat(off.id);
      await followed.ended;
      return eventsOf(followed)[0]?.httpStatus === 401;
    });
    expect(upstream.received.length).toBeLessThan(3);
  });

  it('are told that a process without a gateway cannot', async () => {
    const control = await startTestPrism({ DATABASE_URL: prism.databaseUrl, PRISM_ROLE: 'control' });
    try {
      const followed = await stream(control.url, control.token, {
        query: CHAT,
        variables: { input: { tenantId: open.id, body: body() } },
      });
      await followed.ended;
      expect(followed.events[0].errors[0]).toMatchObject({
        message: expect.stringContaining('PRISM_ROLE=control'),
        extensions: { code: 'conflict' },
      });
    } finally {
      await control.stop();
    }
  });
});
