import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatAnswer, createScriptedUpstream, modelList, type ScriptedUpstream } from '../domain/upstream.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/providers';
const SECRET = 'sk-a-very-secret-key';
// A "/" and a ":" as gateways of gateways have them.
const ODD_MODEL = 'meta-llama/llama-3.1:free';

let stage: Stage;
let upstream: ScriptedUpstream;
let id: string;
beforeAll(async () => {
  upstream = await createScriptedUpstream();
  upstream.answers = { '/v1/models': modelList('gpt-4o', ODD_MODEL), '/v1/chat/completions': chatAnswer };
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
  await upstream.close();
});

// API reference, "Providers"
describe('Providers', () => {
  it('POST /providers: creates one; its secret never comes back', async () => {
    const config = { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: SECRET }, options: {} };
    const { status, body } = await stage.rest('POST', BASE, { name: 'My OpenAI', type: 'openai', config });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(String),
      slug: 'my-openai',
      name: 'My OpenAI',
      type: 'openai',
      config: { baseUrl: upstream.origin, auth: { type: 'api_key', hasCredentials: true }, options: {} },
      hasCredentials: true,
      active: true,
      status: 'unchecked',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(JSON.stringify(body)).not.toMatch(/sk-a-very|__typename/);
    ({ id } = body);
  });

  it('POST /providers: names every field that is wrong as it was written', async () => {
    const config = { baseUrl: 5, auth: { type: 'password' }, options: 'none' };
    const { status, body } = await stage.rest('POST', BASE, { type: 'openai', config });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'bad_input',
      fields: expect.arrayContaining([
        { path: 'name', message: 'is required' },
        { path: 'config.baseUrl', message: 'must be text' },
        { path: 'config.auth.type', message: 'must be one of api_key, bearer, aws_credentials, none' },
        { path: 'config.options', message: expect.stringContaining('must be a JSON object') },
      ]),
    });
    const unknown = await stage.rest('POST', BASE, { name: 'X', type: 'nosuch' });
    expect([unknown.status, unknown.body.error.fields[0].path]).toEqual([400, 'type']);
  });

  it('POST /providers: 409 for a slug that is taken', async () => {
    const { status, body } = await stage.rest('POST', BASE, {
      name: 'Other',
      slug: 'my-openai',
      type: 'openai',
      config: { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: 'x' } },
    });
    expect([status, body.error.code]).toEqual([409, 'conflict']);
  });

  it('GET /providers: lists all of them, without secrets', async () => {
    const { status, body } = await stage.rest('GET', BASE);
    expect(status).toBe(200);
    expect(body.map(({ slug }: { slug: string }) => slug)).toEqual(['my-openai', 'simulator']);
    expect(JSON.stringify(body)).not.toMatch('sk-a-very');
  });

  it('POST /providers/:id/check: a log of every step', async () => {
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/check`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true });
    expect(body.log.length).toBeGreaterThan(1);
    for (const step of body.log) {
      expect(step).toEqual({
        step: expect.any(String),
        ok: true,
        detail: expect.any(String),
        ms: expect.any(Number),
      });
    }
    expect(body).not.toHaveProperty('suggestion');
  });

  it('POST /providers/:id/discover: saves the models', async () => {
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/discover`);
    expect([status, body.count]).toEqual([200, 2]);
    expect(body.models.map(({ modelId }: { modelId: string }) => modelId)).toEqual(['gpt-4o', ODD_MODEL]);
    expect(upstream.seen.some(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
  });

  it('POST /providers/:id/discover: 503 when the provider does not answer, without its address', async () => {
    const { '/v1/models': models, ...others } = upstream.answers;
    upstream.answers = others;
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/discover`);
    upstream.answers = { ...others, ...(models === undefined ? {} : { '/v1/models': models }) };
    expect([status, body.error.code]).toEqual([503, 'provider_error']);
    expect(JSON.stringify(body)).not.toMatch(/sk-a-very/);
  });

  it('POST /providers/:id/chat: a completion', async () => {
    const input = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };
    const { status, body } = await stage.rest('POST', `${BASE}/${id}/chat`, input);
    expect([status, body.object, body.choices[0].message.content]).toEqual([200, 'chat.completion', 'ok']);
    const wrong = await stage.rest('POST', `${BASE}/${id}/chat`, { model: 'gpt-4o', messages: ['Hi'] });
    expect([wrong.status, wrong.body.error.fields[0].path]).toEqual([400, 'messages[0]']);
  });

  it('GET /providers/models/all: a flat list across providers', async () => {
    const { status, body } = await stage.rest('GET', `${BASE}/models/all`);
    expect(status).toBe(200);
    const gpt = body.find(({ modelId }: { modelId: string }) => modelId === 'gpt-4o');
    expect(gpt).toMatchObject({
      providerId: id,
      providerName: 'My OpenAI',
      providerSlug: 'my-openai',
      providerType: 'openai',
      prefixedId: 'my-openai/gpt-4o',
      kind: 'chat',
      tier: 'medium',
      inputPer1M: 2.5,
      outputPer1M: 10,
      contextWindow: 128_000,
      visible: true,
    });
    expect(new Set(body.map((model: { providerSlug: string }) => model.providerSlug)).size).toBe(2);
  });

  it('GET /providers/models/suggest: what is known of a model id', async () => {
    const { status, body } = await stage.rest('GET', `${BASE}/models/suggest?modelId=gpt-4o`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      modelId: 'gpt-4o',
      kind: 'chat',
      tier: 'medium',
      vendor: 'OpenAI',
      inputPer1M: 2.5,
    });
    const unknown = await stage.rest('GET', `${BASE}/models/suggest?modelId=nobody-knows-me`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'not_found']);
    const missing = await stage.rest('GET', `${BASE}/models/suggest`);
    expect([missing.status, missing.body.error.fields]).toEqual([
      400,
      [{ path: 'modelId', message: 'is required' }],
    ]);
  });

  it('PATCH /providers/:id/models/:modelId: a price set by hand survives discovery, whatever the id holds', async () => {
    const url = `${BASE}/${id}/models/${encodeURIComponent(ODD_MODEL)}`;
    const change = {
      inputPer1M: 0.25,
      outputPer1M: 1,
      tier: 'low',
      categories: ['smalltalk_simple'],
      notes: 'ours',
    };
    const { status, body } = await stage.rest('PATCH', url, change);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...change, modelId: ODD_MODEL, manualPricing: true });
    await stage.rest('POST', `${BASE}/${id}/discover`);
    const { body: all } = await stage.rest('GET', `${BASE}/models/all`);
    const after = all.find(({ modelId }: { modelId: string }) => modelId === ODD_MODEL);
    expect(after).toMatchObject({ inputPer1M: 0.25, outputPer1M: 1 });
  });

  it('PATCH /providers/:id/models/:modelId: names what is wrong, and takes a model back as it was given', async () => {
    const url = `${BASE}/${id}/models/gpt-4o`;
    const { status, body } = await stage.rest('PATCH', url, {
      tier: 'huge',
      priority: 'first',
      visible: 'yes',
    });
    expect(status).toBe(400);
    expect(body.error.fields.map(({ path }: { path: string }) => path)).toEqual([
      'tier',
      'priority',
      'visible',
    ]);
    const { body: all } = await stage.rest('GET', `${BASE}/models/all`);
    const whole = all.find(({ modelId }: { modelId: string }) => modelId === 'gpt-4o');
    expect((await stage.rest('PATCH', url, whole)).status).toBe(200);
    expect((await stage.rest('PATCH', `${BASE}/${id}/models/none`, { notes: 'x' })).status).toBe(404);
  });

  it('POST /providers/models/reorder-tier: best first', async () => {
    const items = [ODD_MODEL, 'gpt-4o'].map((modelId) => ({ providerId: id, modelId }));
    const { status, body } = await stage.rest('POST', `${BASE}/models/reorder-tier`, { tier: 'high', items });
    expect([status, body.success]).toEqual([200, true]);
    expect(body.models.map(({ modelId }: { modelId: string }) => modelId)).toEqual([ODD_MODEL, 'gpt-4o']);
    const [first, second] = body.models;
    expect([first.tier, second.tier]).toEqual(['high', 'high']);
    expect(first.priority).toBeGreaterThan(second.priority);
  });

  it('PUT /providers/:id: changes what is given, takes a provider back as it was given, keeps the secret', async () => {
    const { body: before } = await stage.rest('GET', `${BASE}/${id}`);
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}`, { ...before, name: 'Renamed' });
    expect([status, body.name, body.hasCredentials]).toEqual([200, 'Renamed', true]);
    const clash = await stage.rest('PUT', `${BASE}/${id}`, { slug: 'simulator' });
    expect([clash.status, clash.body.error.code]).toEqual([409, 'conflict']);
  });

  it('PUT /providers/:id: a new address without the secret is refused, or the stored one could be sent there', async () => {
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}`, {
      config: { baseUrl: 'https://elsewhere.example' },
    });
    expect([status, body.error.code]).toEqual([400, 'bad_input']);
    expect(body.error.fields[0].path).toMatch(/^config\.auth/);
  });

  it('DELETE /providers/:id: removes it with its models', async () => {
    const { status, body } = await stage.rest('DELETE', `${BASE}/${id}`);
    expect([status, body]).toEqual([
      200,
      { success: true, cascade: { modelsRemoved: 2, tenantsUpdated: 0 } },
    ]);
    expect((await stage.rest('GET', `${BASE}/${id}`)).status).toBe(404);
  });
});
