import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism } from '../kit/prism.ts';

/** Tries a wrong password as if the proxy had seen it come from `address`; answers with the status. */
async function guess(prism: TestPrism, username: string, address: string): Promise<number> {
  const response = await fetch(`${prism.url}/api/prism/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ username, password: 'wrong' }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function addressesOf(prism: TestPrism): Promise<string[]> {
  const { body } = await prism.rest('GET', '/api/prism/admin/audit?action=session.loginFailed');
  return body.entries.map(({ address }: { address: string }) => address);
}

describe('failed logins behind a proxy', () => {
  let prism: TestPrism;
  beforeAll(async () => {
    prism = await startTestPrism({ TRUST_PROXY: '127.0.0.0/8' });
  });
  afterAll(() => prism.stop());

  it('count for the address that the proxy has seen, not for the proxy', async () => {
    for (let index = 0; index < 10; index += 1) {
      expect(await guess(prism, `guess${index}`, '1.1.1.1, 203.0.113.9')).toBe(401);
    }
    expect(await guess(prism, 'guess10', '8.8.8.8, 203.0.113.9')).toBe(429);
    expect(await guess(prism, 'guess11', '203.0.113.10')).toBe(401);
    expect((await addressesOf(prism))[0]).toBe('203.0.113.10');
  });
});

describe('failed logins without a proxy', () => {
  let prism: TestPrism;
  beforeAll(async () => {
    prism = await startTestPrism();
  });
  afterAll(() => prism.stop());

  it('count for the peer of the socket, whatever the header claims', async () => {
    for (let index = 0; index < 10; index += 1) {
      expect(await guess(prism, `guess${index}`, `203.0.113.${index}`)).toBe(401);
    }
    expect(await guess(prism, 'guess10', '203.0.113.99')).toBe(429);
    expect(new Set(await addressesOf(prism))).toEqual(new Set(['127.0.0.1']));
  });
});
