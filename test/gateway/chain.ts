import { expect } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, startUpstream, type Respond, type ScriptedUpstream } from './upstream.ts';

/** Our key at every provider of a chain. */
export const KEY = 'sk-test-0123456789abcdef';

/** A tenant of its own whose providers all serve the same model. */
export interface Chain {
  readonly tenant: TestTenant;
  readonly model: string;
  /** Slugs of the providers, in the order of trying. */
  readonly slugs: readonly string[];
  readonly upstreams: readonly ScriptedUpstream[];
}

export interface ChainOptions {
  /** Of the providers, in order; `custom` where there is none. */
  readonly types?: readonly string[];
  /** How long they are waited for, whatever for; 600 ms unless said. */
  readonly waitMs?: number;
}

/** A product with chains of scripted providers behind it. */
export interface Chains {
  readonly prism: TestPrism;
  /** One provider for each entry. */
  chain(responds: readonly Respond[], how?: ChainOptions): Promise<Chain>;
  /**
   * The same two providers each time, the second of which answers: the first does this (null = nobody listens
   * there). Both begin with a clean record.
   */
  withFirst(respond: Respond | null): Promise<Chain>;
  chat(to: Chain, more?: object, tenant?: TestTenant): Promise<Response>;
  /** The log row of an answer. */
  rowOf(response: Response): ReturnType<typeof logOf>;
  /** For what is started beside the chains. */
  closeLater(upstream: ScriptedUpstream): void;
  close(): Promise<void>;
}

export async function openChains(): Promise<Chains> {
  const prism = await startTestPrism();
  const upstreams: ScriptedUpstream[] = [];
  let made = 0;

  const chain: Chains['chain'] = async (responds, { types = [], waitMs = 600 } = {}) => {
    made += 1;
    const model = `model-${made}`;
    const slugs = responds.map((_, index) => `p${made}-${index}`);
    const started = await Promise.all(responds.map((respond) => startUpstream([model], respond)));
    upstreams.push(...started);
    const options = { timeouts: { connectMs: waitMs, firstByteMs: waitMs, betweenBytesMs: waitMs } };
    const ids = await Promise.all(
      started.map(({ origin }, index) =>
        prism.provider({
          name: slugs[index],
          slug: slugs[index],
          type: types[index] ?? 'custom',
          config: { baseUrl: origin, auth: { type: 'bearer', apiKey: KEY }, options },
        }),
      ),
    );
    return { tenant: await prism.tenant(`chain-${made}`, ids), model, slugs, upstreams: started };
  };

  const chat: Chains['chat'] = (to, more = {}, tenant = to.tenant) =>
    prism.gateway(tenant, '/chat/completions', {
      model: to.model,
      messages: [{ role: 'user', content: 'Hello!' }],
      ...more,
    });

  const pair = await chain([answer('From the first.'), answer('From the second.')]);
  return {
    prism,
    chain,
    chat,
    async withFirst(respond) {
      const [first] = pair.upstreams;
      if (first === undefined) throw new Error('no pair');
      await first.close();
      await first.listen();
      // A success closes the breaker that the tests before have worked on.
      first.respond = answer('From the first.');
      expect((await chat(pair, { model: `${pair.slugs[0]}/${pair.model}` })).status).toBe(200);
      for (const upstream of pair.upstreams) upstream.received.length = 0;
      if (respond === null) await first.close();
      else first.respond = respond;
      return pair;
    },
    rowOf: (response) => logOf(prism, response.headers.get('x-request-id')),
    closeLater: (upstream) => void upstreams.push(upstream),
    async close() {
      await prism.stop();
      await Promise.all(upstreams.map((it) => it.close()));
    },
  };
}
