/** Test bench, simulation and rollout: what other rules would do, shown on traffic of the gateway itself. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { send } from '../graphql/stage.ts';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, startUpstream, type ScriptedUpstream } from './upstream.ts';

const PRICES = { tiny: 0.1, middle: 1, strong: 10 } as const;
const TIERS = { tiny: 'minimal', middle: 'medium', strong: 'critical' } as const;
const LAB = '/api/prism/admin/routing/test-route';
const RULE_SETS = '/api/prism/admin/routing/rule-sets';

// Answers are what the test asserts of them.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

let prism: TestPrism;
let upstream: ScriptedUpstream;
let providerId: string;
let tenants = 0;

beforeAll(async () => {
  prism = await startTestPrism();
  upstream = await startUpstream(['tiny', 'middle', 'strong']);
  providerId = await prism.provider({
    name: 'Scripted',
    slug: 'scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  });
  for (const model of ['tiny', 'middle', 'strong'] as const) {
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

async function tenantOf(more: Record<string, unknown> = {}): Promise<TestTenant> {
  tenants += 1;
  const tenant = await prism.tenant(`lab-${tenants}`, [providerId], more);
  await vi.waitFor(async () => {
    const { candidates } = await preview(tenant, 'hi');
    expect(candidates.every((it: { cost: number | null }) => it.cost !== null)).toBe(true);
  }, 60_000);
  return tenant;
}

function chat(to: TestTenant, text: string, headers: Record<string, string> = {}): Promise<Response> {
  const messages = [{ role: 'user', content: text }];
  return prism.gateway(to, '/chat/completions', { model: 'auto', messages }, headers);
}

async function preview(to: TestTenant, text: string, headers: Record<string, string> = {}): Promise<Json> {
  return await (await chat(to, text, { ...headers, 'x-prism-routing': 'preview' })).json();
}

/** Asks, and waits until the log has it; answers its row. */
async function logged(to: TestTenant, text: string, headers: Record<string, string> = {}): Promise<Json> {
  const response = await chat(to, text, headers);
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return await logOf(prism, response.headers.get('x-request-id'));
}

async function test(body: Record<string, unknown>, token = prism.token): Promise<Json> {
  return await prism.rest('POST', LAB, body, token);
}

async function graphql(query: string, variables: Record<string, unknown> = {}): Promise<Json> {
  const { body } = await send(`${prism.url}/graphql`, 'POST', { query, variables }, prism.token);
  expect(body.errors).toBeUndefined();
  return Object.values(body.data)[0];
}

async function ruleSet(body: Record<string, unknown>): Promise<Json> {
  const made = await prism.rest('POST', RULE_SETS, body);
  expect(made.status).toBe(200);
  return made.body;
}

const simulate = (input: Record<string, unknown>): Promise<Json> =>
  graphql(
    `
      query ($input: SimulateRuleSetInput!) {
        simulateRuleSet(input: $input) {
          rows
          moved
          costBefore
          costAfter
          unpriced
          undecided
          moves {
            from
            to
            category
            rows
            costBefore
            costAfter
          }
          notEvaluated {
            kind
            name
            ruleSet
            rows
          }
        }
      }
    `,
    { input },
  );

const rollout = (call: string): Promise<Json> =>
  graphql(
    `mutation { ${call} { __typename ... on RuleSet { isDefault rolloutShare } ... on Error { code message } } }`,
  );

const raised = (name: string, keyword: string) => ({
  name,
  keywords: [keyword],
  effects: { tierMin: 'critical' },
});

describe('the test bench', () => {
  it('decides as the gateway does, calls nobody and logs nothing', async () => {
    const tenant = await tenantOf();
    const prompt = 'Write a Python function that merges two sorted lists and add type hints, please.';
    const gateway = await preview(tenant, prompt);
    upstream.received.length = 0;
    const { status, body } = await test({ tenantId: tenant.id, prompt });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenantId: tenant.id,
      model: gateway.candidate,
      modelId: 'middle',
      providerSlug: 'scripted',
      asksModel: false,
      notEvaluated: [],
      category: gateway.category,
      tier: gateway.tier,
      complexity: gateway.complexity,
      confidence: gateway.confidence,
      signals: gateway.signals,
      overrides: gateway.overrides,
      alternatives: gateway.alternatives,
      selectionMethod: gateway.selectionMethod,
      reasoning: gateway.reasoning,
      ruleSets: gateway.ruleSets,
    });
    expect(body.classification.ranking.slice(0, 3)).toEqual(gateway.classification.ranking);
    expect(body.classification.gain).toBe(gateway.classification.gain);
    expect(body.classification.gain).toEqual(expect.any(Number));
    expect(body.candidates).toHaveLength(3);
    expect(body.analysisTimeMs).toBeGreaterThan(0);
    expect(upstream.received).toEqual([]);
    const messages = [{ role: 'user', content: prompt }];
    const { analysisTimeMs: _ms, ...same } = (await test({ tenantId: tenant.id, messages })).body;
    expect(body).toMatchObject(same);
  });

  it('knows tools, formats, limits and system prompts', async () => {
    const tenant = await tenantOf();
    const { body } = await test({
      tenantId: tenant.id,
      prompt: 'Go',
      systemPrompt: 'You are a lawyer.',
      tools: [{ type: 'function', function: { name: 'weather', parameters: {} } }],
      responseFormat: { type: 'json_object' },
      maxTokens: 40,
    });
    expect(body.signals).toMatchObject({
      tools: 1,
      structuredOutput: true,
      maxOutputTokens: 40,
      outputLength: 'short',
    });
    expect(body.rules).toMatchObject([{ kind: 'role', name: 'Lawyer', effect: { domain: 'legal' } }]);
  });

  it('tries a draft in the place of the rule set of its scope', async () => {
    const tenant = await tenantOf();
    const definition = { rules: [raised('Greeting', 'good morning')] };
    const ask = { tenantId: tenant.id, prompt: 'Hello there, good morning!' };
    expect((await test(ask)).body.modelId).toBe('tiny');
    const own = (await test({ ...ask, definition })).body;
    expect([own.modelId, own.tier]).toEqual(['strong', 'critical']);
    expect(own.ruleSets.map((it: Json) => it.name)).toEqual(['Draft', 'Default']);
    const all = (await test({ ...ask, definition, forAllTenants: true })).body;
    expect(all.ruleSets).toEqual([{ id: 'draft', name: 'Draft', version: 0 }]);
    const stored = await ruleSet({ name: 'Greetings', tenantId: tenant.id, definition });
    const tried = (await test({ ...ask, ruleSetId: stored.id })).body;
    expect(tried.rules).toMatchObject([{ name: 'Greeting', ruleSet: 'Greetings' }]);
    const edited = (await test({ ...ask, ruleSetId: stored.id, definition: {} })).body;
    expect([edited.modelId, edited.ruleSets[0].name]).toEqual(['tiny', 'Greetings']);
    // A draft leaves nothing behind.
    expect((await test(ask)).body.modelId).toBe('tiny');
    const other = await tenantOf();
    expect((await test({ ...ask, tenantId: other.id, ruleSetId: stored.id })).status).toBe(404);
  });

  it('decides a stored request again, and says which rules it cannot judge', async () => {
    const tenant = await tenantOf();
    const row = await logged(tenant, 'Is it a breach of contract? What of the liability of the landlord?');
    const stored = row.trace.routing;
    expect(stored.rules).toMatchObject([{ name: 'Law', ruleSet: 'Default' }]);
    expect(stored.ruleSets).toMatchObject([{ name: 'Default', version: 1 }]);
    const again = (await test({ requestId: row.id })).body;
    expect(again).toMatchObject({
      tenantId: tenant.id,
      model: stored.candidate,
      tier: stored.tier,
      category: stored.category,
      rules: [{ name: 'Law' }],
      notEvaluated: [],
      classification: { source: 'local', confidence: stored.classification.confidence },
    });
    const definition = { rules: [raised('New', 'landlord')] };
    const drafted = (await test({ requestId: row.id, definition })).body;
    expect(drafted.notEvaluated).toEqual([{ kind: 'keyword', name: 'New', ruleSet: 'Draft' }]);
    expect(drafted.model).toBe(stored.candidate);
  });

  it('refuses what it cannot decide, and names the field', async () => {
    const tenant = await tenantOf();
    const none = '01930000-0000-7000-8000-00000000dead';
    expect((await test({ tenantId: none, prompt: 'x' })).status).toBe(404);
    expect((await test({ tenantId: tenant.id, requestId: none })).status).toBe(404);
    expect((await test({ tenantId: tenant.id, prompt: 'x', ruleSetId: none })).status).toBe(404);
    const wrong: [Record<string, unknown>, string][] = [
      [{ tenantId: tenant.id }, 'prompt'],
      [{ prompt: 'x' }, 'tenantId'],
      [{ tenantId: tenant.id, prompt: 'x', messages: [{ role: 'user', content: 'y' }] }, 'prompt'],
      [{ requestId: none, systemPrompt: 'x' }, 'systemPrompt'],
      [
        { tenantId: tenant.id, prompt: 'x', definition: { rules: [{ name: 'x' }] } },
        'definition.rules.0.keywords',
      ],
      [{ tenantId: tenant.id, prompt: 'x', maxTokens: 0 }, 'maxTokens'],
    ];
    for (const [body, path] of wrong) {
      const { status, body: refused } = await test(body);
      expect([status, refused.error.fields[0]?.path]).toEqual([400, path]);
    }
    const named = await prism.gateway(tenant, '/chat/completions', {
      model: 'tiny',
      messages: [{ role: 'user', content: 'x' }],
    });
    await named.arrayBuffer();
    const row = await logOf(prism, named.headers.get('x-request-id'));
    expect((await test({ requestId: row.id })).body.error.fields).toEqual([
      { path: 'requestId', message: 'names a request that was not routed' },
    ]);
  });
});

describe('a simulation', () => {
  it('moves nothing when nothing changes, and says to the cent what a change costs', async () => {
    const tenant = await tenantOf();
    const rows: Json[] = [];
    for (const text of ['Good morning!', 'Good evening!', 'Hello, how are you?']) {
      rows.push(await logged(tenant, text));
    }
    const paid = rows.reduce((sum: number, row: Json) => sum + Number(row.actual_cost), 0);
    const mine = {
      name: 'Mine',
      tenantId: tenant.id,
      definition: { rules: [raised('Morning', 'good morning')] },
    };
    const same = await simulate({ tenantId: tenant.id, definition: {} });
    expect(same).toMatchObject({ rows: 3, moved: 0, moves: [], notEvaluated: [], undecided: 0 });
    expect(same.costBefore).toBeCloseTo(paid, 12);
    expect(same.costAfter).toBe(same.costBefore);
    // Its words were not looked for when the requests came.
    expect(await simulate({ tenantId: tenant.id, definition: mine.definition })).toMatchObject({
      moved: 0,
      notEvaluated: [{ kind: 'KEYWORD', name: 'Morning', ruleSet: 'Draft', rows: 3 }],
    });

    const { id } = await ruleSet({ ...mine, isDefault: true });
    await vi.waitFor(async () => {
      expect((await preview(tenant, 'good morning')).tier).toBe('critical');
    }, 60_000);
    for (const text of ['Good morning!', 'Good morning, you!', 'Hi!']) rows.push(await logged(tenant, text));
    // Now the rule is known to have matched twice; the draft takes it back, under another name for the third.
    const without = await simulate({ ruleSetId: id, definition: {} });
    expect(without).toMatchObject({ rows: 6, moved: 2, notEvaluated: [] });
    const [move] = without.moves;
    expect(move).toMatchObject({ from: 'scripted/strong', to: 'scripted/tiny', rows: 2 });
    expect(move.costBefore / move.costAfter).toBeCloseTo(100, 6);
    expect(without.costBefore - without.costAfter).toBeCloseTo(move.costBefore - move.costAfter, 12);
    const renamed = { rules: [{ ...raised('Dawn', 'good morning'), effects: { tierMin: 'medium' } }] };
    const moved = await simulate({ ruleSetId: id, definition: renamed });
    expect(moved).toMatchObject({
      rows: 6,
      moved: 2,
      moves: [{ from: 'scripted/strong', to: 'scripted/middle', rows: 2 }],
      notEvaluated: [{ kind: 'KEYWORD', name: 'Dawn', ruleSet: 'Mine', rows: 3 }],
    });
    expect(await simulate({ ruleSetId: id, definition: renamed })).toEqual(moved);
    expect(await simulate({ ruleSetId: id })).toMatchObject({ rows: 6, moved: 0 });
  });

  it('leaves out what was never classified', async () => {
    const tenant = await tenantOf();
    const definition = {
      rules: [{ name: 'Named', keywords: ['xyzzy'], effects: { category: 'qa_simple' } }],
    };
    const { id } = await ruleSet({ name: 'Named', tenantId: tenant.id, definition, isDefault: true });
    await vi.waitFor(async () => {
      expect((await preview(tenant, 'xyzzy')).classification.source).toBe('rule');
    }, 60_000);
    const row = await logged(tenant, 'xyzzy');
    expect(await simulate({ ruleSetId: id, definition: {} })).toMatchObject({ rows: 0, undecided: 1 });
    const { status, body } = await test({ requestId: row.id, ruleSetId: id, definition: {} });
    expect([status, body.error.code]).toEqual([409, 'conflict']);
  });

  it('asks what to simulate', async () => {
    const query = 'query { simulateRuleSet(input: {}) { rows } }';
    const { body } = await send(`${prism.url}/graphql`, 'POST', { query }, prism.token);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining('definition is required'),
      extensions: { code: 'bad_input' },
    });
  });
});

describe('a rollout', () => {
  it('is in force for its share of the conversations, until it is promoted or ended', async () => {
    const tenant = await tenantOf();
    const definition = { rules: [raised('Greeting', 'good morning')] };
    const { id } = await ruleSet({ name: 'Beside', tenantId: tenant.id, definition });
    expect(await rollout(`startRollout(id: "${id}", share: 50)`)).toMatchObject({ rolloutShare: 50 });
    const of = async (session: number): Promise<boolean> => {
      const decision = await preview(tenant, 'good morning', { 'x-session-id': `s${session}` });
      const names = decision.ruleSets.map((it: Json) => it.name);
      expect(names).toEqual(decision.tier === 'critical' ? ['Beside', 'Default'] : ['Default']);
      return names.includes('Beside');
    };
    const all = Array.from({ length: 60 }, (_, index) => index);
    const look = () => Promise.all(all.map(of));
    await vi.waitFor(async () => expect(await look()).toContain(true), 60_000);
    const half = await look();
    const inIt = half.filter(Boolean).length;
    expect(inIt).toBeGreaterThan(15);
    expect(inIt).toBeLessThan(45);
    expect(await look()).toEqual(half);

    await rollout(`startRollout(id: "${id}", share: 90)`);
    await vi.waitFor(async () => expect((await look()).filter(Boolean).length).toBeGreaterThan(inIt), 60_000);
    const most = await look();
    expect(half.every((was, index) => !was || most[index])).toBe(true);

    const chosen = most.indexOf(true);
    const row = await logged(tenant, 'good morning', { 'x-session-id': `s${chosen}` });
    expect(row.trace.routing.ruleSets[0]).toEqual({ id, name: 'Beside', version: 1 });
    const results = await graphql(
      `
        query ($id: ID!) {
          ruleSetResults(id: $id) {
            ruleSetId
            version
            requests
            errors
            actualCost
            savedCost
          }
        }
      `,
      { id },
    );
    expect(results).toEqual([
      {
        ruleSetId: id,
        version: 1,
        requests: 1,
        errors: 0,
        actualCost: Number(row.actual_cost),
        savedCost: 0,
      },
    ]);
    const kind = 'KEYWORD';
    expect(
      await graphql(
        `
          query ($id: ID!) {
            ruleSetRuleHits(id: $id) {
              kind
              name
              requests
            }
          }
        `,
        { id },
      ),
    ).toEqual([{ kind, name: 'Greeting', requests: 1 }]);
    const everybody = await graphql(
      `
        query {
          ruleSetResults(days: 1) {
            ruleSetId
            requests
          }
        }
      `,
      {},
    );
    expect(everybody).toContainEqual({ ruleSetId: id, requests: 1 });

    expect(await rollout(`endRollout(id: "${id}")`)).toEqual({
      __typename: 'RuleSet',
      isDefault: false,
      rolloutShare: null,
    });
    await vi.waitFor(async () => expect(await look()).not.toContain(true), 60_000);
    expect(await rollout(`promoteRollout(id: "${id}")`)).toMatchObject({ code: 'conflict' });
    await rollout(`startRollout(id: "${id}", share: 1)`);
    expect(await rollout(`promoteRollout(id: "${id}")`)).toMatchObject({
      isDefault: true,
      rolloutShare: null,
    });
    await vi.waitFor(async () => expect(await look()).not.toContain(false), 60_000);
  });

  it('stands beside one default, and alone', async () => {
    const tenant = await tenantOf();
    const make = (name: string, more: object = {}) => ruleSet({ name, tenantId: tenant.id, ...more });
    const [first, second] = [await make('First'), await make('Second')];
    const standard = await make('Standard', { isDefault: true });
    for (const share of [0, 100]) {
      expect(await rollout(`startRollout(id: "${first.id}", share: ${share})`)).toMatchObject({
        code: 'bad_input',
      });
    }
    await rollout(`startRollout(id: "${first.id}", share: 5)`);
    for (const id of [second.id, standard.id]) {
      expect(await rollout(`startRollout(id: "${id}", share: 5)`)).toMatchObject({ code: 'conflict' });
    }
    expect((await prism.rest('DELETE', `${RULE_SETS}/${first.id}`)).status).toBe(409);
    // The default of its scope from now on, whoever makes it so.
    await prism.rest('PUT', `${RULE_SETS}/${first.id}`, { isDefault: true });
    expect((await prism.rest('GET', `${RULE_SETS}/${first.id}`)).body).toMatchObject({
      isDefault: true,
      rolloutShare: null,
    });
    expect(await rollout(`endRollout(id: "${first.id}")`)).toMatchObject({ code: 'conflict' });
  });
});
