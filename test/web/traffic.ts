import { until } from './outside.ts';

/** One chat request; its status. */
export async function askModel(
  url: string,
  apiKey: string,
  model: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }], ...more }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Waits until the rollups have counted so many requests. */
export async function counted(url: string, token: string, requests: number): Promise<void> {
  await until(async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ usage { total { requests } } }' }),
    });
    return (await response.text()).includes(`"requests":${requests}}`);
  });
}
