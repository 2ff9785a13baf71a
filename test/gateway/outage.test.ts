/** Contract §2: where a request may not go, whom the breaker spares, and what is told when nobody answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChains, KEY, type Chains } from './chain.ts';
import { createClock } from './clock.ts';
import { answer, refuse, startUpstream, type ScriptedUpstream } from './upstream.ts';

const messages = [{ role: 'user', content: 'Hello!' }];
const clock = createClock();
let chains: Chains;
beforeAll(async () => {
  chains = await openChains();
});
afterAll(async () => {
  await chains.close();
  clock.restore();
});

describe('pins and policy', () => {
  it('a pinned provider is never left', async () => {
    const to = await chains.withFirst(refuse(500));
    const response = await chains.chat(to, { model: `${to.slugs[0]}/${to.model}` });
    expect(response.status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    expect(
      (await chains.rowOf(response)).trace.attempts.map((it: { provider: string }) => it.provider),
    ).toEqual([to.slugs[0], to.slugs[0]]);
  });

  it('nor by way of an alias that pins', async () => {
    const to = await chains.withFirst(refuse(500));
    const aliases = { mine: `${to.slugs[0]}/${to.model}` };
    const { body } = await chains.prism.rest('GET', `/api/prism/admin/tenants/${to.tenant.id}`);
    const tenant = await chains.prism.tenant('alias', body.providerIds, { modelConfig: { aliases } });
    expect((await chains.chat(to, { model: 'mine' }, tenant)).status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
  });

  it('nor for a larger context window', async () => {
    const overflow = refuse(400, {
      message: "This model's maximum context length is 512 tokens. However, you requested 600 tokens.",
      code: 'context_length_exceeded',
    });
    const small = await startUpstream(['small'], overflow);
    const large = await startUpstream([{ id: 'large', context_length: 100_000 }]);
    for (const it of [small, large]) chains.closeLater(it);
    const ids = [];
    for (const [slug, { origin }] of Object.entries({ 'pin-small': small, 'pin-large': large })) {
      const config = { baseUrl: origin, auth: { type: 'none' } };
      ids.push(await chains.prism.provider({ name: slug, slug, type: 'custom', config }));
    }
    const tenant = await chains.prism.tenant('pin-overflow', ids);
    const send = (model: string) => chains.prism.gateway(tenant, '/chat/completions', { model, messages });
    const pinned = await send('pin-small/small');
    expect(pinned.status).toBe(400);
    expect(await pinned.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
    expect(large.received).toHaveLength(0);
    expect((await send('small')).status).toBe(200);
    expect(large.received).toHaveLength(1);
  });

  it('the policy bars a fallback', async () => {
    const to = await chains.withFirst(refuse(500));
    const { body } = await chains.prism.rest('GET', `/api/prism/admin/tenants/${to.tenant.id}`);
    const tenant = await chains.prism.tenant('barred', body.providerIds, {
      modelConfig: { mode: 'whitelist', list: [`${to.slugs[0]}/${to.model}`] },
    });
    expect((await chains.chat(to, {}, tenant)).status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    expect((await chains.chat(to, { model: `${to.slugs[1]}/${to.model}` }, tenant)).status).toBe(403);
  });
});

/** A provider with the models "broken", which fails, and "sound". */
async function halfBroken(
  slug: string,
): Promise<{ readonly id: string; readonly upstream: ScriptedUpstream }> {
  const upstream = await startUpstream(['broken', 'sound'], (res, request) => {
    const respond = request.body.includes('"broken"') ? refuse(500) : answer('Sound.');
    respond(res, request);
  });
  chains.closeLater(upstream);
  const config = { baseUrl: upstream.origin, auth: { type: 'none' } };
  return { upstream, id: await chains.prism.provider({ name: slug, slug, type: 'custom', config }) };
}

describe('the breaker', () => {
  it('opens after failures in a row, spares the provider, and closes when a probe succeeds', async () => {
    const to = await chains.chain([refuse(500), answer('From the second.')]);
    const first = to.upstreams[0];
    if (first === undefined) throw new Error('no upstream');
    for (let i = 0; i < 5; i += 1) expect((await chains.chat(to)).status).toBe(200);
    expect(first.received).toHaveLength(5);
    const spared = await chains.chat(to);
    expect(first.received).toHaveLength(5);
    const row = await chains.rowOf(spared);
    expect(row.attempts).toBe(1);
    expect(row.trace.attempts).toMatchObject([
      { provider: to.slugs[0], outcome: 'breaker_open', durationMs: 0 },
      { provider: to.slugs[1], outcome: 'ok' },
    ]);
    first.respond = answer('Well again.');
    clock.advance(31_000);
    expect(await (await chains.chat(to)).text()).toContain('Well again.');
    expect(await (await chains.chat(to)).text()).toContain('Well again.');
  });

  it('a provider that is open for all is 503 at once, without a call', async () => {
    const to = await chains.chain([refuse(500)]);
    for (let i = 0; i < 3; i += 1) await chains.chat(to);
    const calls = to.upstreams[0]?.received.length;
    const response = await chains.chat(to);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { type: 'provider_error', code: null } });
    expect(to.upstreams[0]?.received).toHaveLength(calls ?? -1);
    expect(await chains.rowOf(response)).toMatchObject({ attempts: 0, status: 'error', http_status: 503 });
  });

  it('a model that fails takes no other model of its provider along', async () => {
    const { id, upstream } = await halfBroken('half');
    const [one, other] = [await chains.prism.tenant('one', [id]), await chains.prism.tenant('other', [id])];
    const send = (tenant: typeof one, model: string) =>
      chains.prism.gateway(tenant, '/chat/completions', { model, messages });
    for (let i = 0; i < 4; i += 1) expect((await send(one, 'broken')).status).toBe(503);
    const calls = upstream.received.length;
    expect((await send(one, 'broken')).headers.get('retry-after')).toMatch(/^[1-9]/);
    expect(upstream.received).toHaveLength(calls);
    expect((await send(other, 'sound')).status).toBe(200);
  });

  it('auto passes over a model that is down, and says so; where there is no other it asks to come back', async () => {
    const { id, upstream } = await halfBroken('lame');
    const both = await chains.prism.tenant('lame-both', [id]);
    const only = await chains.prism.tenant('lame-only', [id], {
      modelConfig: { mode: 'whitelist', list: ['broken'] },
    });
    const send = (tenant: typeof both, model: string, headers = {}) =>
      chains.prism.gateway(tenant, '/chat/completions', { model, messages }, headers);
    for (let i = 0; i < 3; i += 1) await send(only, 'broken');
    const preview = await (await send(both, 'auto', { 'x-prism-routing': 'preview' })).json();
    expect(preview).toMatchObject({ candidate: 'lame/sound' });
    expect(preview.candidates).toContainEqual(
      expect.objectContaining({ key: 'lame/broken', excluded: 'it is down' }),
    );
    const calls = upstream.received.length;
    const refused = await send(only, 'auto');
    expect([refused.status, upstream.received.length]).toEqual([503, calls]);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/);
    expect(await refused.json()).toMatchObject({ error: { type: 'provider_error' } });
    expect((await send(both, 'auto')).status).toBe(200);
  });

  it('what the caller did wrong opens nothing', async () => {
    const to = await chains.withFirst(refuse(400));
    for (let i = 0; i < 7; i += 1) expect((await chains.chat(to)).status).toBe(400);
    expect(to.upstreams[0]?.received).toHaveLength(7);
  });
});

describe('when nobody answers', () => {
  it('credentials refused everywhere are 503, and the key stays with us', async () => {
    const to = await chains.chain([
      refuse(403, { message: `Key ${KEY} lacks the scope, see http://10.1.2.3:9000/keys` }),
      refuse(401, { message: `Incorrect API key provided: ${KEY}.` }),
    ]);
    const response = await chains.chat(to);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'provider_error', code: null, param: null } });
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ attempts: 2, error_type: 'provider_error' });
    for (const secret of [KEY, KEY.slice(3), '10.1.2.3', '127.0.0.1']) {
      expect(text).not.toContain(secret);
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(JSON.stringify([...response.headers])).not.toContain(secret);
    }
    for (const upstream of to.upstreams)
      expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('a key that looks like none stays with us where the provider quotes it to the caller', async () => {
    const apiKey = 'correct.horse.battery';
    const quoting = refuse(400, { message: `Team of token ${apiKey} may not use tools.` });
    const upstream = await startUpstream(['opaque'], quoting);
    chains.closeLater(upstream);
    const auth = { type: 'api_key', apiKey };
    const id = await chains.prism.provider({
      name: 'Opaque',
      type: 'custom',
      config: { baseUrl: upstream.origin, auth },
    });
    const tenant = await chains.prism.tenant('opaque', [id]);
    const response = await chains.prism.gateway(tenant, '/chat/completions', { model: 'opaque', messages });
    expect(response.status).toBe(400);
    const told = { message: 'Team of token [key] may not use tools.', type: 'invalid_request_error' };
    expect(await response.json()).toMatchObject({ error: told });
    expect(await chains.rowOf(response)).toMatchObject({ error_message: told.message });
  });

  it('a limit of the provider is 429 with its own retry-after', async () => {
    const to = await chains.withFirst(refuse(429, { message: 'slow down' }, { 'retry-after': '7' }));
    const response = await chains.chat(to, { model: `${to.slugs[0]}/${to.model}` });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({
      error: { type: 'rate_limit_error', code: 'provider_rate_limited' },
    });
    expect(to.upstreams[0]?.received).toHaveLength(1);
  });

  it('a message with an address and a key in it loses both', async () => {
    const to = await chains.withFirst(
      refuse(400, { message: `POST http://10.9.8.7:8000/v1 with ${KEY} failed` }),
    );
    const text = await (await chains.chat(to)).text();
    expect(text).toMatch(/POST \[address\]/);
    expect(text).not.toMatch(/10\.9\.8\.7|0123456789abcdef/);
  });

  it('an error that came with 200 is not told as 200', async () => {
    const { origin } = await anthropicThatRefuses();
    const id = await chains.prism.provider({
      name: 'Odd',
      slug: 'odd',
      type: 'anthropic',
      config: { baseUrl: origin, auth: { type: 'api_key', apiKey: 'k' } },
    });
    const tenant = await chains.prism.tenant('odd', [id]);
    const response = await chains.prism.gateway(tenant, '/chat/completions', {
      model: 'odd-1',
      messages,
      stream: true,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: 'no', type: 'invalid_request_error' } });
  });
});

/** Answers every message with an error that is JSON and 200. */
async function anthropicThatRefuses(): Promise<ScriptedUpstream> {
  const upstream = await startUpstream([{ id: 'odd-1', type: 'model', display_name: 'Odd' }], (res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end('{"type":"error","error":{"type":"invalid_request_error","message":"no"}}');
  });
  chains.closeLater(upstream);
  return upstream;
}
