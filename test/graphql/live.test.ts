import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { connect, type Followed } from './live-client.ts';

let first: TestPrism;
let second: TestPrism;
let a: TestTenant;
let b: TestTenant;

beforeAll(async () => {
  first = await startTestPrism();
  const provider = await first.provider({ name: 'Simulator', type: 'simulator' });
  a = await first.tenant('tenant-a', [provider]);
  b = await first.tenant('tenant-b', [provider]);
  second = await startTestPrism({ DATABASE_URL: first.databaseUrl });
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

const REQUESTS = `subscription ($filter: RequestLoggedFilter, $after: String) {
  requestLogged(filter: $filter, after: $after) { cursor request { id model tenant { slug } } }
}`;

async function ask(tenant: TestTenant, prism = first): Promise<string> {
  const response = await prism.gateway(tenant, '/chat/completions', {
    model: 'sim-small',
    messages: [{ role: 'user', content: 'Hello' }],
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-request-id') ?? '';
}

const idsOf = ({ events }: Followed): string[] => events.map(({ data }) => data.requestLogged.request.id);

/** Asks until the subscription has heard of it: from then on it hears everything. */
async function untilLive(followed: Followed, tenant: TestTenant): Promise<void> {
  await until(async () => {
    await ask(tenant);
    return followed.events.length > 0;
  });
}

describe('requestLogged', () => {
  it('tells within a second of a request, whichever process served it', async () => {
    const client = await connect(second.url, first.token);
    const followed = client.follow(REQUESTS);
    await untilLive(followed, a);
    const id = await ask(a, first);
    await until(() => idsOf(followed).includes(id), 1_000);
    const other = await ask(b, second);
    await until(() => idsOf(followed).includes(other), 1_000);
    client.socket.close();
  });
});
