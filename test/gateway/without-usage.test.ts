/** A server that knows no `stream_options` streams all the same; what it does not tell is estimated, and said to be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChains, type Chains } from './chain.ts';
import { answer, refuse, type Respond } from './upstream.ts';

let chains: Chains;
beforeAll(async () => {
  chains = await openChains();
});
afterAll(() => chains.close());

/** As servers with a strict schema word it. */
const strict: Respond = (res, request) =>
  request.body.includes('stream_options')
    ? refuse(422, { message: 'body.stream_options: Extra inputs are not permitted', type: 'invalid' })(
        res,
        request,
      )
    : answer('Without being asked.', null)(res, request);

describe('a provider that refuses stream_options', () => {
  it('is asked again without, and from then on at once', async () => {
    const to = await chains.chain([strict]);
    const [upstream] = to.upstreams;
    const first = await chains.chat(to, { stream: true });
    expect(first.status).toBe(200);
    expect(await first.text()).toContain('Without being asked.');
    expect(upstream?.received.map(({ body }) => body.includes('stream_options'))).toEqual([true, false]);
    const row = await chains.rowOf(first);
    expect(row).toMatchObject({ status: 'success', attempts: 2, provider_slug: to.slugs[0] });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.usage_estimated).toBe(true);

    const second = await chains.chat(to, { stream: true });
    expect(await second.text()).toContain('Without being asked.');
    expect(upstream?.received).toHaveLength(3);
    expect((await chains.rowOf(second)).attempts).toBe(1);
  });

  it('is believed where the client itself has written them', async () => {
    const to = await chains.chain([strict]);
    const response = await chains.chat(to, { stream: true, stream_options: { include_usage: true } });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('stream_options');
    expect(to.upstreams[0]?.received).toHaveLength(1);
  });

  it('and goes on refusing is not asked for ever', async () => {
    const always: Respond = refuse(400, { message: 'stream_options is not supported here', type: 'x' });
    const to = await chains.chain([always]);
    expect((await chains.chat(to, { stream: true })).status).toBe(400);
    expect(to.upstreams[0]?.received).toHaveLength(2);
  });
});
