import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHealth } from './health.ts';

let time = 1_000_000_000;
let isUp = true;
let pings = 0;
let server: Server;

beforeAll(async () => {
  const health = createHealth({
    ping: () => {
      pings += 1;
      return isUp ? Promise.resolve() : Promise.reject(new Error('down'));
    },
    draining: () => false,
    journal: () => ({ entries: 0, bytes: 0, accepting: true }),
    credentialsReadable: () => true,
    version: 'test',
    role: 'full',
    clock: () => time,
  });
  server = createServer(health);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => server.close());

async function database(): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return ((await response.json()) as { database: unknown }).database;
}

test('the database is asked once a second at most, also when the clock is put back', async () => {
  expect(await database()).toBe('ok');
  isUp = false;
  expect(await database()).toBe('ok');
  expect(pings).toBe(1);
  time += 1_001;
  expect(await database()).toBe('error');
  isUp = true;
  time -= 3_600_000;
  expect(await database()).toBe('ok');
  expect(pings).toBe(3);
});
