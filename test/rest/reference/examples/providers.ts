import type { Example } from '../example.ts';
import { ofProvider, newProvider } from '../prepared.ts';
import { ADMIN, has, list, model, number, provider, some, text } from '../shapes.ts';

export const PROVIDERS: readonly Example[] = [
  { row: `GET ${ADMIN}/providers`, answer: some(provider) },
  {
    row: `POST ${ADMIN}/providers`,
    body: {
      name: 'An example',
      type: 'openai',
      config: {
        baseUrl: 'https://api.example.com',
        auth: { type: 'api_key', apiKey: 'sk-example' },
        options: {},
      },
    },
    answer: provider,
  },
  { row: `GET ${ADMIN}/providers/:id`, prepare: ofProvider, answer: provider },
  {
    row: `PUT ${ADMIN}/providers/:id`,
    prepare: newProvider('To be changed'),
    body: { name: 'Changed', active: false },
    answer: has({ name: 'Changed', active: false }),
  },
  {
    row: `DELETE ${ADMIN}/providers/:id`,
    prepare: newProvider('To be removed'),
    answer: { success: true, cascade: { modelsRemoved: 0, tenantsUpdated: 0 } },
  },
  {
    row: `POST ${ADMIN}/providers/:id/check`,
    prepare: ofProvider,
    answer: {
      success: true,
      log: some({ step: text, ok: true, detail: text, ms: number }),
    },
  },
  {
    row: `POST ${ADMIN}/providers/:id/discover`,
    prepare: ofProvider,
    answer: { models: some(model), count: number },
  },
  {
    row: `POST ${ADMIN}/providers/:id/chat`,
    prepare: ofProvider,
    body: { model: 'sim-fast', messages: [{ role: 'user', content: 'Hello!' }] },
    answer: has({ object: 'chat.completion', choices: list }),
  },
  { row: `GET ${ADMIN}/providers/models/all`, answer: some(model) },
  {
    row: `GET ${ADMIN}/providers/models/suggest`,
    query: { modelId: 'gpt-4o' },
    answer: has({
      modelId: 'gpt-4o',
      family: text,
      vendor: text,
      tier: text,
      inputPer1M: number,
      outputPer1M: number,
      contextWindow: number,
      maxOutputTokens: number,
      categories: list,
      source: text,
    }),
  },
  {
    row: `PATCH ${ADMIN}/providers/:id/models/:modelId`,
    prepare: ofProvider,
    params: { modelId: 'sim-mini' },
    body: {
      tier: 'low',
      categories: ['coding_simple'],
      priority: 60,
      notes: 'for small things',
      inputPer1M: 0.1,
      outputPer1M: 0.4,
      contextWindow: 64_000,
      maxOutputTokens: 4_000,
      visible: true,
    },
    answer: has({ modelId: 'sim-mini', tier: 'low', inputPer1M: 0.1, contextWindow: 64_000, priority: 60 }),
  },
  {
    row: `POST ${ADMIN}/providers/models/reorder-tier`,
    prepare: ({ providerId }) =>
      Promise.resolve({
        body: { tier: 'high', items: ['sim-large', 'sim-chat'].map((modelId) => ({ providerId, modelId })) },
      }),
    answer: has({ success: true }),
  },
];
