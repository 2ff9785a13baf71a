import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';

const run = promisify(execFile);
/** Inside the checkout, so that packages are found. */
const CACHE = new URL('../../node_modules/.cache/prism', import.meta.url).pathname;
let prism: TestPrism;
let tenant: TestTenant;
let directory: string;
beforeAll(async () => {
  mkdirSync(CACHE, { recursive: true });
  directory = mkdtempSync(join(CACHE, 'snippets-'));
  prism = await startTestPrism();
  const provider = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('snippets', [provider]);
});
afterAll(async () => {
  await prism.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function snippets(model?: string) {
  const response = await fetch(`${prism.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${prism.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `query ($id: ID!, $model: String) {
        tenant(id: $id) { baseUrl snippets(model: $model) { client language fileName text } } }`,
      variables: { id: tenant.id, model },
    }),
  });
  return response.json();
}

async function textOf(client: string): Promise<string> {
  const { data } = await snippets();
  const { text } = data.tenant.snippets.find((one: { client: string }) => one.client === client);
  return text.replaceAll('omp-YOUR-API-KEY', tenant.apiKey);
}

describe('a snippet, with the key put in, really runs:', () => {
  it('curl', async () => {
    const { stdout } = await run('/bin/sh', ['-c', await textOf('curl')]);
    expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion', cost_info: expect.anything() });
  });

  it.each(['openai-node', 'langchain-js'])('%s', async (client) => {
    const file = join(directory, `${client}.mjs`);
    writeFileSync(file, await textOf(client));
    const { stdout } = await run(process.execPath, [file], { env: {} });
    expect(stdout.trim().length).toBeGreaterThan(0);
  });

  it('what OpenCode, Continue, Open WebUI and Cursor are told answers as OpenAI does', async () => {
    for (const client of ['opencode', 'continue', 'open-webui', 'cursor']) {
      const [address] =
        /http:\/\/[^\s"]+/.exec((await textOf(client)).replace('https://opencode.ai', '')) ?? [];
      expect([client, address]).toEqual([client, tenant.baseUrl]);
    }
  });
});

describe('the query', () => {
  it('gives the address that the caller reached us at', async () => {
    expect((await snippets()).data.tenant.baseUrl).toBe(tenant.baseUrl);
  });

  it('refuses a model that the tenant may not use, and says which it may', async () => {
    const { errors } = await snippets('gpt-99');
    expect(errors[0].extensions).toMatchObject({ code: 'bad_input', fields: [{ path: 'model' }] });
  });

  it('gives PUBLIC_URL where one is set: a proxy may end TLS in front of us', async () => {
    const behind = await startTestPrism({ PUBLIC_URL: 'https://prism.example.com' });
    const { id } = await behind.tenant('behind', []);
    const { body } = await behind.rest('GET', `/api/tenant-portal/${id}`);
    await behind.stop();
    expect(body.baseUrl).toBe('https://prism.example.com/api/behind/v1');
  });

  it('takes no address from a host that is none: it would end up in a shell', async () => {
    const { hostname, port } = new URL(prism.url);
    const body = JSON.stringify({ query: `{ tenant(id: "${tenant.id}") { baseUrl } }` });
    const headers = {
      host: "evil';rm -rf ~;'",
      authorization: `Bearer ${prism.token}`,
      'content-type': 'application/json',
    };
    const text = await new Promise<string>((resolve, reject) => {
      const call = request({ hostname, port, path: '/graphql', method: 'POST', headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
      });
      call.on('error', reject);
      call.end(body);
    });
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'bad_input' });
  });
});
