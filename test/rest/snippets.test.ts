import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
});
