/** Gateway API, "POST /v1/chat/completions": `model: "auto"`, from the client's side and the log's. */
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, startUpstream, type ScriptedUpstream } from './upstream.ts';

const MODELS = ['tiny', 'middle', 'strong', 'judge'];
const PRICES = { tiny: 0.1, middle: 1, strong: 10, judge: 0.2 } as const;
const TIERS = { tiny: 'minimal', middle: 'medium', strong: 'critical', judge: 'micro' } as const;

let prism: TestPrism;
let upstream: ScriptedUpstream;
let providerId: string;
let tenants = 0;

beforeAll(async () => {
  prism = await startTestPrism();
  upstream = await startUpstream(MODELS);
  providerId = await prism.provider({
    name: 'Scripted',
    slug: 'scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  });
  for (const model of ['tiny', 'middle', 'strong', 'judge'] as const) {
    await prism.rest('PATCH', `/api/prism/admin/providers/${providerId}/models/${model}`, {
      tier: TIERS[model],
      inputPer1M: PRICES[model],
      outputPer1M: PRICES[model] * 4,
      contextWindow: 100_000,
    });
  }
});
afterAll(async () => {
  await prism.stop();
  await upstream.close();
});
afterEach(() => {
  upstream.received.length = 0;
  upstream.respond = answer('Hello!');
});

async function tenantWith(more: Record<string, unknown> = {}): Promise<TestTenant> {
  tenants += 1;
  const tenant = await prism.tenant(`auto-${tenants}`, [providerId], more);
  // The prices and tiers of the models have reached the gateway.
  await vi.waitFor(async () => {
    const decision = await preview(tenant, 'hi');
    expect(decision.candidates.every((it: { cost: number | null }) => it.cost !== null)).toBe(true);
  }, 20_000);
  return tenant;
}

const ask = (to: TestTenant, text: string, more: object = {}, headers = {}) =>
  prism.gateway(
    to,
    '/chat/completions',
    { model: 'auto', messages: [{ role: 'user', content: text }], ...more },
    headers,
  );

// A decision is what the test asserts of it.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

async function preview(to: TestTenant, text: string, more: object = {}): Promise<Json> {
  const response = await ask(to, text, more, { 'x-prism-routing': 'preview' });
  expect(response.status).toBe(200);
  return await response.json();
}

const lastModel = (): string => (JSON.parse(String(upstream.received.at(-1)?.body)) as Json).model;

const CODE = 'Write a Python function that merges two sorted lists and add type hints, please.';

describe('an answer', () => {
  it('has the members of the API reference, and the row has the same', async () => {
    const tenant = await tenantWith({ routing: { baselineModel: 'strong' } });
    const response = await ask(tenant, 'Hello there, good morning!');
    const body = (await response.json()) as Json;
    expect(response.status).toBe(200);
    expect(body.auto_routing).toEqual({
      category: 'smalltalk_simple',
      confidence: expect.any(Number),
      complexity: 'simple',
      cost_tier: 'minimal',
      model_id: 'tiny',
      override_applied: '',
      analysis_time_ms: expect.any(Number),
      domain: 'general',
      reasoning: expect.stringContaining('smalltalk_simple'),
      baseline_model: 'strong',
      selection_method: expect.stringMatching(/^(benchmark_balanced|category_default)$/),
    });
    expect(lastModel()).toBe('tiny');
    expect(response.headers.get('x-prism-category')).toBe('smalltalk_simple');
    expect(response.headers.get('x-prism-model')).toBe('tiny');
    const { actual_cost: actual, baseline_cost: baseline, saved } = body.cost_info;
    expect(baseline).toBeCloseTo(actual * 100, 12);
    expect(saved).toBeCloseTo(baseline - actual, 12);
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({
      requested_model: 'auto',
      model: 'tiny',
      baseline_model: 'strong',
      category: 'smalltalk_simple',
      cost_tier: 'minimal',
      auto_routed: true,
    });
    expect(row.trace.routing).toMatchObject({ candidate: 'scripted/tiny', tier: 'minimal' });
    expect(JSON.stringify(row.trace)).not.toContain('good morning');
  });

  it('without a baseline model claims no saving', async () => {
    const body = (await (await ask(await tenantWith(), 'Hi!')).json()) as Json;
    expect(body.cost_info.saved).toBe(0);
    expect(body.auto_routing.baseline_model).toBe('tiny');
  });

  it('as a stream has them on its last chunk, and the official SDK reads them', async () => {
    const tenant = await tenantWith();
    const client = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
    const chunks: Json[] = [];
    const stream = await client.chat.completions.create({
      model: 'auto',
      stream: true,
      messages: [{ role: 'user', content: 'hello, how are you?' }],
    });
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.at(-1).auto_routing).toMatchObject({ category: 'smalltalk_simple', model_id: 'tiny' });
    expect(chunks.slice(0, -1).every((it) => it.auto_routing === undefined)).toBe(true);
  });

  it('goes to a stronger model for harder work', async () => {
    const tenant = await tenantWith();
    expect(((await (await ask(tenant, CODE)).json()) as Json).auto_routing).toMatchObject({
      model_id: 'middle',
    });
  });

  it('is the same for "auto-prism" and for an alias of it', async () => {
    const tenant = await tenantWith({ modelConfig: { aliases: { best: 'auto' } } });
    for (const model of ['auto-prism', 'best']) {
      const body = (await (await ask(tenant, 'Hi!', { model })).json()) as Json;
      expect(body.auto_routing.model_id).toBe('tiny');
    }
  });
});

describe('the policy', () => {
  it('is never left: not by routing, and not by a rule that pins a model', async () => {
    const tenant = await tenantWith({ modelConfig: { mode: 'whitelist', list: ['middle'] } });
    for (const text of ['Hi!', CODE, 'My chest hurts and my left arm is numb, what is the diagnosis?']) {
      expect(((await (await ask(tenant, text)).json()) as Json).auto_routing.model_id).toBe('middle');
    }
  });

  it('forbids routing itself where a blacklist names it', async () => {
    const tenant = await prism.tenant('auto-banned', [providerId], {
      modelConfig: { mode: 'blacklist', list: ['auto'], aliases: { best: 'auto' } },
    });
    for (const model of ['auto', 'auto-prism', 'best']) {
      const response = await ask(tenant, 'Hi!', { model });
      expect(response.status).toBe(403);
      expect(((await response.json()) as Json).error).toMatchObject({
        type: 'access_denied',
        message: `Model '${model}' is not allowed by tenant model policy`,
      });
    }
    expect((await ask(tenant, 'Hi!', { model: 'middle' })).status).toBe(200);
  });

  it('that allows nothing is a clear error', async () => {
    const tenant = await prism.tenant('auto-nothing', [providerId], {
      modelConfig: { mode: 'whitelist', list: [] },
    });
    const response = await ask(tenant, 'Hi!');
    expect(response.status).toBe(403);
    expect(((await response.json()) as Json).error).toMatchObject({
      type: 'access_denied',
      message: "Model 'auto' is not allowed by tenant model policy",
    });
    const empty = await ask(await prism.tenant('auto-no-provider', []), 'Hi!');
    expect(empty.status).toBe(400);
    expect(((await empty.json()) as Json).error.message).toBe('The tenant may use no chat model.');
  });
});

it('a preview is the decision; nobody is called and nothing is logged', async () => {
  const tenant = await tenantWith();
  const decision = await preview(tenant, CODE);
  expect(decision).toMatchObject({
    object: 'routing.decision',
    candidate: 'scripted/middle',
    tier: 'medium',
  });
  expect(decision.candidates.map((it: Json) => it.key)).toContain('scripted/strong');
  expect(upstream.received).toHaveLength(0);
});

it('a preview of a request that names a model calls nobody either, and says whether it keeps it', async () => {
  const named = { model: 'strong' };
  expect(await preview(await tenantWith(), 'Hi!', named)).toMatchObject({ keepsNamedModel: true });
  const forced = await tenantWith({ routing: { forced: 'smart' } });
  expect(await preview(forced, 'Hi!', named)).toMatchObject({
    keepsNamedModel: false,
    candidate: 'scripted/tiny',
  });
  expect(upstream.received).toHaveLength(0);
});

it('the next candidate steps in for one that fails', async () => {
  const tenant = await tenantWith();
  const works = answer('Hello!');
  upstream.respond = (res, request) => {
    if ((JSON.parse(String(request.body)) as Json).model === 'tiny') res.writeHead(500).end('{}');
    else works(res, request);
  };
  const body = (await (await ask(tenant, 'Hi!')).json()) as Json;
  expect(body.auto_routing.model_id).not.toBe('tiny');
});

describe('forced routing', () => {
  it('moves what names a model, unless the request keeps it', async () => {
    const tenant = await tenantWith({ routing: { forced: 'smart' } });
    const named = { model: 'strong' };
    expect(((await (await ask(tenant, 'Hi!', named)).json()) as Json).auto_routing.model_id).toBe('tiny');
    await ask(tenant, 'Hi!', named, { 'x-prism-routing': 'keep' });
    expect(lastModel()).toBe('strong');
    await ask(tenant, 'Hi! --model-prism-accept-model', named);
    expect(lastModel()).toBe('strong');
    expect(String(upstream.received.at(-1)?.body)).not.toContain('--model-prism');
    expect((JSON.parse(String(upstream.received.at(-1)?.body)) as Json).messages[0].content).toBe('Hi!');
  });

  it('takes the token out once, however deep tokens stand in each other', async () => {
    const tenant = await tenantWith();
    const deep = `${'-'.repeat(20_000)}${'-model-prism-accept-model'.repeat(20_000)}`;
    expect((await preview(tenant, deep)).object).toBe('routing.decision');
  });

  it('never makes a request dearer than the model it names', async () => {
    for (const forced of ['smart', 'all']) {
      const tenant = await tenantWith({ routing: { forced } });
      await ask(tenant, 'My chest hurts and my left arm is numb, what is the diagnosis?', { model: 'tiny' });
      expect(lastModel()).toBe('tiny');
    }
  });

  it('gives nobody another model for one that the policy forbids', async () => {
    const tenant = await prism.tenant('forced-forbidden', [providerId], {
      modelConfig: { mode: 'blacklist', list: ['strong'] },
      routing: { forced: 'all' },
    });
    expect((await ask(tenant, 'Hi!', { model: 'strong' })).status).toBe(403);
    expect((await ask(tenant, 'Hi!', { model: 'middle' })).status).toBe(200);
  });

  it('fim_only takes fill-in-the-middle requests and nothing else', async () => {
    const tenant = await tenantWith({ routing: { forced: 'fim_only' } });
    await ask(tenant, 'How does autocomplete work?', { model: 'strong' });
    expect(lastModel()).toBe('strong');
    await ask(tenant, '<fim_prefix>def f(<fim_suffix>  return 1<fim_middle>', { model: 'strong' });
    expect(lastModel()).not.toBe('strong');
  });

  it('is off unless it is switched on', async () => {
    const tenant = await tenantWith();
    const body = (await (await ask(tenant, 'Hi!', { model: 'strong' })).json()) as Json;
    expect(body.auto_routing).toBeUndefined();
    expect(lastModel()).toBe('strong');
  });
});

describe('the LLM classifier', () => {
  const UNCLEAR = 'blorp the frindle';
  const asJudge = (text: string) => {
    const works = answer('Hello!');
    const judged = answer(text);
    upstream.respond = (res, request) =>
      ((JSON.parse(String(request.body)) as Json).model === 'judge' ? judged : works)(res, request);
  };
  const llm = { model: 'judge', threshold: 1 };

  it('is asked where the local one is unsure; its calls are accounted for, and never twice for the same', async () => {
    // No preview beforehand: it would ask the judge, too.
    const tenant = await prism.tenant('auto-judged', [providerId], {
      routing: { llm, overrides: { confidence: { enabled: false } } },
    });
    asJudge('Sure: ```json\n{"category":"medical_analysis","confidence":0.9,"reasoning":"symptoms"}\n```');
    const response = await ask(tenant, UNCLEAR);
    expect(((await response.json()) as Json).auto_routing).toMatchObject({
      category: 'medical_analysis',
      model_id: 'strong',
      reasoning: expect.stringContaining('symptoms'),
    });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ category: 'medical_analysis' });
    expect(JSON.stringify(row)).not.toContain('symptoms');
    await ask(tenant, UNCLEAR);
    const judged = upstream.received.filter((it) => (JSON.parse(String(it.body)) as Json).model === 'judge');
    expect(judged).toHaveLength(1);
    await prism.prism.flush();
    const { body } = await prism.rest('GET', `/api/prism/admin/dashboard/categories?tenantId=${tenant.id}`);
    expect(body).toContainEqual(expect.objectContaining({ category: 'routing_classifier', requests: 1 }));
  });

  it.each([
    ['a category that does not exist', '{"category":"nonsense","confidence":1}'],
    ['no JSON', 'I think it is about medicine.'],
  ])('with %s is not listened to', async (_what, text) => {
    const tenant = await tenantWith({ routing: { llm } });
    asJudge(text);
    const response = await ask(tenant, UNCLEAR);
    expect(response.status).toBe(200);
    expect(((await response.json()) as Json).auto_routing.category).not.toBe('nonsense');
  });

  it('is not asked beyond its budget, also where its provider reports no usage', async () => {
    const tenant = await prism.tenant('auto-budget', [providerId], {
      routing: { llm: { ...llm, dailyBudget: 1e-9 } },
    });
    const works = answer('Hello!');
    upstream.respond = (res, request) => {
      if ((JSON.parse(String(request.body)) as Json).model !== 'judge') return works(res, request);
      const content = '{"category":"medical_analysis","confidence":0.9}';
      res.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] }));
    };
    for (const text of ['blorp one', 'blorp two', 'blorp three']) await ask(tenant, text);
    const judged = upstream.received.filter((it) => (JSON.parse(String(it.body)) as Json).model === 'judge');
    expect(judged).toHaveLength(1);
    await prism.prism.flush();
    const path = `/api/prism/admin/dashboard/requests?tenantId=${tenant.id}&category=routing_classifier`;
    const { body } = await prism.rest('GET', path);
    expect(body).toMatchObject({ total: 1, requests: [{ usageEstimated: true }] });
    expect((body as Json).requests[0].inputTokens).toBeGreaterThan(10);
  });

  it('that fails again and again is left alone for a while', async () => {
    const tenant = await prism.tenant('auto-broken-judge', [providerId], { routing: { llm } });
    const works = answer('Hello!');
    let asked = 0;
    upstream.respond = (res, request) => {
      if ((JSON.parse(String(request.body)) as Json).model !== 'judge') return works(res, request);
      asked += 1;
      res.writeHead(500).end('{}');
    };
    for (let turn = 0; turn < 9; turn += 1) await ask(tenant, `${UNCLEAR} ${turn}`);
    expect(asked).toBe(5);
  });

  it('that does not answer in time changes nothing', async () => {
    const tenant = await tenantWith({ routing: { llm: { ...llm, timeoutMs: 100 } } });
    const works = answer('Hello!');
    upstream.respond = (res, request) => {
      if ((JSON.parse(String(request.body)) as Json).model !== 'judge') works(res, request);
    };
    expect((await ask(tenant, UNCLEAR)).status).toBe(200);
  });
});

it('tenants never see each other’s rules', async () => {
  const [one, other] = [await tenantWith(), await tenantWith()];
  const made = await prism.rest('POST', '/api/prism/admin/routing/rule-sets', {
    name: 'Own',
    tenantId: one.id,
    isDefault: true,
    definition: { rules: [{ name: 'all', keywords: ['hello'], effects: { model: 'strong' } }] },
  });
  expect(made.status).toBe(200);
  await vi.waitFor(
    async () => expect((await preview(one, 'hello')).candidate).toBe('scripted/strong'),
    20_000,
  );
  expect((await preview(other, 'hello')).candidate).toBe('scripted/tiny');
});
