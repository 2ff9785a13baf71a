/** Contract §2, `cost_info`: exact to 1e-12 USD for each class of tokens, at the price in force when the request came. */
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { readStream } from '../kit/read-stream.ts';
import { logOf } from '../kit/request-log.ts';
import { exactCost, type Prices, type Tokens } from './oracle.ts';
import { answer, refuse, startUpstream, type Received, type ScriptedUpstream } from './upstream.ts';

/** As the simulator lists them. */
const LISTED: Prices = { input: '1', cached: '0.25', output: '4' };
let prism: TestPrism;
let simulatorId: string;
let tenant: TestTenant;
const upstreams: ScriptedUpstream[] = [];

beforeAll(async () => {
  prism = await startTestPrism();
  simulatorId = await prism.provider({ name: 'Simulator', slug: 'simulator', type: 'simulator' });
  tenant = await prism.tenant('listed', [simulatorId]);
});
afterAll(async () => {
  await prism.stop();
  for (const upstream of upstreams) await upstream.close();
});

async function scripted(slug: string, models: Parameters<typeof startUpstream>[0]) {
  const upstream = await startUpstream(models);
  upstreams.push(upstream);
  const config = { baseUrl: upstream.origin, auth: { type: 'none' } };
  return { upstream, id: await prism.provider({ name: slug, slug, type: 'custom', config }) };
}

interface CostInfo {
  readonly actual_cost: number;
  readonly baseline_cost: number;
  readonly saved: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

const user = (content: string) => [{ role: 'user', content }];

/** One request: what the client was told it cost, and what the log has. */
async function ask(to: TestTenant, body: Record<string, unknown>, path = '/chat/completions') {
  const response = await prism.gateway(to, path, { messages: user('Hello!'), ...body });
  expect(response.status).toBe(200);
  const id = response.headers.get('x-request-id');
  const last = body['stream'] === true ? (await readStream(response)).frames.at(-1) : await response.json();
  return { info: (last as { cost_info: CostInfo }).cost_info, row: await logOf(prism, id) };
}

function expectCost({ info, row }: Awaited<ReturnType<typeof ask>>, tokens: Tokens, prices: Prices): void {
  const cost = exactCost(tokens, prices);
  expect(info.actual_cost.toFixed(12)).toBe(cost);
  expect(info).toEqual({
    actual_cost: Number(cost),
    baseline_cost: Number(cost),
    saved: 0,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
  });
  expect(row).toMatchObject({
    actual_cost: cost,
    baseline_cost: cost,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cached_tokens: tokens.cached ?? 0,
    cache_write_tokens: tokens.cacheWrite ?? 0,
    reasoning_tokens: tokens.reasoning ?? 0,
    priced: true,
    usage_estimated: false,
  });
}
const tokensOf = ({ row }: Awaited<ReturnType<typeof ask>>): Tokens => ({
  input: row.input_tokens,
  output: row.output_tokens,
});

describe('classes of tokens', () => {
  it.each([false, true])('cached ones cost what cached ones cost, stream: %s', async (stream) => {
    const content = `${stream ? 'streamed' : 'whole'} ${'A long beginning. '.repeat(600)}`;
    const body = { model: 'sim-cache', messages: user(content), stream };
    const first = await ask(tenant, body);
    expectCost(first, tokensOf(first), LISTED);
    const second = await ask(tenant, body);
    expectCost(second, { ...tokensOf(first), cached: 2048 }, LISTED);
    expect(second.info.actual_cost).toBeLessThan(first.info.actual_cost);
  });

  it.each([false, true])('reasoning costs what it costs, stream: %s', async (stream) => {
    const pricing = { 'sim-thinker': { inputPer1M: 0.1, outputPer1M: 0.4, reasoningPer1M: 0.7 } };
    const own = await prism.tenant(`thinker-${stream}`, [simulatorId], { pricing });
    const asked = await ask(own, { model: 'sim-thinker', stream });
    expect(asked.row.reasoning_tokens).toBeGreaterThan(0);
    expectCost(
      asked,
      { ...tokensOf(asked), reasoning: asked.row.reasoning_tokens },
      { input: '0.1', output: '0.4', reasoning: '0.7' },
    );
    const listed = await ask(tenant, { model: 'sim-thinker', stream });
    expectCost(listed, { ...tokensOf(asked), reasoning: asked.row.reasoning_tokens }, LISTED);
  });

  it('embeddings have input only', async () => {
    const asked = await ask(tenant, { model: 'sim-embedding', input: ['fox', 'dog'] }, '/embeddings');
    expectCost(asked, { input: asked.row.input_tokens, output: 0 }, { input: '0.02', output: '0' });
  });

  it('any usage that a provider may report is reckoned exactly', async () => {
    const { upstream, id } = await scripted('any', ['any-model']);
    const pricing = {
      inputPer1M: 1.234567,
      outputPer1M: 9.876543,
      cachedInputPer1M: 0.123457,
      cacheWritePer1M: 1.543211,
      reasoningPer1M: 7.000001,
    };
    const prices: Prices = {
      input: '1.234567',
      output: '9.876543',
      cached: '0.123457',
      cacheWrite: '1.543211',
      reasoning: '7.000001',
    };
    const own = await prism.tenant('any', [id], { pricing: { 'any-model': pricing } });
    const count = fc.oneof(fc.nat(10), fc.nat(2_000_000));
    const usage = fc
      .tuple(count, count, count, count, count)
      .map(([rest, cached, cacheWrite, visible, reasoning]) => ({
        input: rest + cached + cacheWrite + 1,
        output: visible + reasoning,
        cached,
        cacheWrite,
        reasoning,
      }));
    await fc.assert(
      fc.asyncProperty(usage, fc.boolean(), async (tokens, stream) => {
        upstream.respond = answer('Hi', {
          prompt_tokens: tokens.input,
          completion_tokens: tokens.output,
          total_tokens: tokens.input + tokens.output,
          prompt_tokens_details: { cached_tokens: tokens.cached, cache_write_tokens: tokens.cacheWrite },
          completion_tokens_details: { reasoning_tokens: tokens.reasoning },
        });
        expectCost(await ask(own, { model: 'any-model', stream }), tokens, prices);
      }),
      { numRuns: 40 },
    );
  });
});

describe('prices', () => {
  it('of a tenant stand above the list, a provider’s own above the bare name, an alias for its target', async () => {
    const own = await prism.tenant('overrides', [simulatorId], {
      modelConfig: { aliases: { quick: 'sim-no-done' } },
      pricing: {
        'sim-fast': { inputPer1M: 100, outputPer1M: 100 },
        'simulator/sim-fast': { inputPer1M: 0.000001, outputPer1M: 2 },
        'sim-cache': { inputPer1M: 7, outputPer1M: 0 },
        quick: { inputPer1M: 5, outputPer1M: 6 },
      },
    });
    const fast = await ask(own, { model: 'sim-fast' });
    expectCost(fast, tokensOf(fast), { input: '0.000001', output: '2' });
    const cached = await ask(own, { model: 'sim-cache' });
    expectCost(cached, tokensOf(cached), { input: '7', output: '0' });
    const quick = await ask(own, { model: 'quick' });
    expectCost(quick, tokensOf(quick), { input: '5', output: '6' });
    expect(quick.row).toMatchObject({ requested_model: 'quick', model: 'sim-no-done' });
    const others = await ask(tenant, { model: 'sim-fast' });
    expectCost(others, tokensOf(others), LISTED);
  });

  it('set by hand are in force from then on, and not for what came before', async () => {
    const { upstream, id } = await scripted('repriced', ['repriced-model']);
    const own = await prism.tenant('repriced', [id]);
    const setPrices = (inputPer1M: number, outputPer1M: number) =>
      prism.rest('PATCH', `/api/prism/admin/providers/${id}/models/repriced-model`, {
        inputPer1M,
        outputPer1M,
      });
    const chat = () => ask(own, { model: 'repriced-model' });
    const inForce = async (priced: string) => {
      await until(async () => (await chat()).row.actual_cost === priced);
    };
    const unpriced = await chat();
    expect(unpriced.info).toMatchObject({ actual_cost: 0, baseline_cost: 0, input_tokens: 10 });
    expect(unpriced.row).toMatchObject({ priced: false, actual_cost: '0.000000000000' });

    const usage = { input: 10, output: 5 };
    await setPrices(1, 2);
    await inForce(exactCost(usage, { input: '1', output: '2' }));
    const waiting: { res: ServerResponse; request: Received }[] = [];
    upstream.respond = (res, request) => {
      waiting.push({ res, request });
    };
    const early = chat();
    await until(() => waiting.length === 1);
    upstream.respond = answer('Hi');
    await setPrices(30, 40);
    await inForce(exactCost(usage, { input: '30', output: '40' }));
    for (const { res, request } of waiting) answer('Hi')(res, request);
    expectCost(await early, usage, { input: '1', output: '2' });
    expect((await logOf(prism, unpriced.row.id)).actual_cost).toBe('0.000000000000');
  });

  it('of the model that was asked for make the baseline when a larger one steps in', async () => {
    const { upstream: small, id: smallId } = await scripted('small', ['small-model']);
    small.respond = refuse(400, { message: 'too long', code: 'context_length_exceeded' });
    const { id: largeId } = await scripted('large', [{ id: 'large-model', context_length: 500_000 }]);
    const own = await prism.tenant('fallback', [smallId, largeId], {
      pricing: {
        'small-model': { inputPer1M: 1, outputPer1M: 1 },
        'large-model': { inputPer1M: 0.1, outputPer1M: 20 },
      },
    });
    const { info, row } = await ask(own, { model: 'small-model' });
    const usage = { input: 10, output: 5 };
    const actual = exactCost(usage, { input: '0.1', output: '20' });
    const baseline = exactCost(usage, { input: '1', output: '1' });
    expect(row).toMatchObject({
      actual_cost: actual,
      baseline_cost: baseline,
      baseline_model: 'small-model',
      model: 'large-model',
      context_fallback: true,
    });
    expect(info.actual_cost).toBe(Number(actual));
    expect(info.baseline_cost).toBe(Number(baseline));
    // The larger one was dearer: what was saved is less than nothing, and is told so.
    expect(info.saved.toFixed(12)).toBe('-0.000086000000');
  });

  it('that nobody knows have saved nothing, whatever the model that was asked for costs', async () => {
    const { upstream: small, id: smallId } = await scripted('dear', ['dear-model']);
    small.respond = refuse(400, { message: 'too long', code: 'context_length_exceeded' });
    const { id: largeId } = await scripted('unknown', [{ id: 'unheard-of', context_length: 500_000 }]);
    const own = await prism.tenant('unknown-price', [smallId, largeId], {
      pricing: { 'dear-model': { inputPer1M: 100, outputPer1M: 100 } },
    });
    const { info, row } = await ask(own, { model: 'dear-model' });
    expect(row).toMatchObject({ model: 'unheard-of', priced: false, baseline_cost: '0.000000000000' });
    expect(info).toMatchObject({ actual_cost: 0, baseline_cost: 0, saved: 0 });
  });
});

describe('without usage from the provider', () => {
  it.each([false, true])('tokens are estimated, and everything says so, stream: %s', async (stream) => {
    const content = `${'word '.repeat(400)} [[tokens 200]]`;
    const { info, row } = await ask(tenant, { model: 'sim-no-usage', messages: user(content), stream });
    expect(row).toMatchObject({ usage_estimated: true, priced: true, status: 'success' });
    const whole = await ask(tenant, { model: 'sim-fast', messages: user(content) });
    for (const [guess, real] of [
      [info.input_tokens, whole.info.input_tokens],
      [info.output_tokens, whole.info.output_tokens],
    ] as const) {
      expect(guess).toBeGreaterThan(real / 2);
      expect(guess).toBeLessThan(real * 2);
    }
    const cost = exactCost({ input: info.input_tokens, output: info.output_tokens }, LISTED);
    expect(row.actual_cost).toBe(cost);
    expect(info.actual_cost).toBe(Number(cost));
  });

  it('a failure before the answer costs nothing', async () => {
    const response = await prism.gateway(tenant, '/chat/completions', {
      model: 'sim-error-400',
      messages: user('Hello!'),
    });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ actual_cost: '0.000000000000', input_tokens: 0, usage_estimated: false });
  });
});
