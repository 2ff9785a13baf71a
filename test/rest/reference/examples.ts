import { expect } from 'vitest';
import { SYSTEM } from '../../domain/world.ts';
import { PASSWORD, type Stage } from '../../graphql/stage.ts';
import type { Example, Prepared } from './example.ts';

const ADMIN = '/api/prism/admin';
const text = expect.any(String);
const number = expect.any(Number);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const list = expect.any(Array);
const has = (members: Record<string, unknown>): unknown => expect.objectContaining(members);
const oneOf = (...values: unknown[]): unknown => expect.toSatisfy((value) => values.includes(value));
const orNull = (kind: string): unknown =>
  expect.toSatisfy((value) => value === null || typeof value === kind);
/** A list that is not empty, each of whose items looks like this. */
const some = (item: unknown): unknown =>
  expect.toSatisfy((value) => {
    expect(value.length).toBeGreaterThan(0);
    for (const one of value) expect(one).toEqual(item);
    return true;
  });

const provider = has({
  id: text,
  slug: text,
  name: text,
  type: text,
  config: has({ baseUrl: text, auth: has({ type: oneOf('api_key', 'bearer', 'aws_credentials', 'none') }) }),
  hasCredentials: expect.any(Boolean),
  active: expect.any(Boolean),
  createdAt: time,
});
const model = has({
  providerId: text,
  providerName: text,
  providerSlug: text,
  providerType: text,
  providerStatus: oneOf('unchecked', 'connected', 'error'),
  modelId: text,
  prefixedId: text,
  name: text,
  capabilities: list,
  contextWindow: orNull('number'),
  maxOutputTokens: orNull('number'),
  tier: orNull('string'),
  categories: list,
  priority: number,
  notes: orNull('string'),
  inputPer1M: orNull('number'),
  outputPer1M: orNull('number'),
  visible: expect.any(Boolean),
});
const tenantShape = {
  id: text,
  slug: text,
  name: text,
  active: expect.any(Boolean),
  modelConfig: has({ mode: oneOf('all', 'whitelist', 'blacklist'), list, aliases: expect.any(Object) }),
  rateLimit: { requestsPerMinute: number, tokensPerMinute: number },
  pricing: expect.any(Object),
  keyLifetimeDays: number,
};
const tenant = has({ ...tenantShape, providerIds: list, routing: expect.any(Object) });
const key = has({
  id: text,
  tenantId: text,
  prefix: text,
  label: text,
  isPrimary: expect.any(Boolean),
  enabled: expect.any(Boolean),
  expiresAt: orNull('string'),
  lastUsedAt: orNull('string'),
});

const ofProvider = ({ providerId }: Stage): Promise<Prepared> =>
  Promise.resolve({ params: { id: providerId } });
const ofTenantA = ({ a }: Stage): Promise<Prepared> => Promise.resolve({ params: { id: a.id } });

/** A provider of its own, for what changes or removes one. Names count up with what is there: twins have the same. */
const newProvider =
  (name: string) =>
  async ({ world }: Stage): Promise<Prepared> => {
    const { id } = await world.domain.providers.create(SYSTEM, {
      name: `${name} ${await world.db.provider.count()}`,
      type: 'simulator',
    });
    return { params: { id } };
  };

/** A tenant of its own, with a key beside the primary one. */
const newTenant =
  (what: string) =>
  async ({ world, providerId }: Stage): Promise<Prepared> => {
    const slug = `${what}-${await world.db.tenant.count()}`;
    const made = await world.domain.tenants.create(SYSTEM, { slug, name: slug, providerIds: [providerId] });
    const more = await world.domain.tenantKeys.create(SYSTEM, made.tenant.id, { label: 'more' });
    return { params: { id: made.tenant.id, keyId: more.key.id } };
  };

const PROVIDERS: readonly Example[] = [
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

const TENANTS: readonly Example[] = [
  { row: `GET ${ADMIN}/tenants`, answer: some(tenant) },
  {
    row: `POST ${ADMIN}/tenants`,
    prepare: ({ providerId }) => Promise.resolve({ body: { providerIds: [providerId] } }),
    body: {
      slug: 'an-example',
      name: 'An example',
      modelConfig: { mode: 'whitelist', list: ['sim-chat'], aliases: { fast: 'sim-fast' } },
      routing: {},
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 1000 },
      pricing: { 'sim-chat': { inputPer1M: 1, outputPer1M: 2 } },
      keyLifetimeDays: 30,
      active: true,
    },
    answer: has({ ...tenantShape, apiKey: expect.stringMatching(/^omp-[0-9a-f]{64}$/), expiresAt: time }),
  },
  { row: `GET ${ADMIN}/tenants/:id`, prepare: ofTenantA, answer: tenant },
  {
    row: `PUT ${ADMIN}/tenants/:id`,
    prepare: newTenant('to-be-changed'),
    body: { name: 'Changed', rateLimit: { requestsPerMinute: 9 } },
    answer: has({ name: 'Changed', rateLimit: { requestsPerMinute: 9, tokensPerMinute: 0 } }),
  },
  {
    row: `DELETE ${ADMIN}/tenants/:id`,
    prepare: newTenant('to-be-removed'),
    answer: { success: true, cascade: has({ keysRemoved: 2, usersUpdated: 0 }) },
  },
  {
    row: `POST ${ADMIN}/tenants/:id/rotate-key`,
    prepare: newTenant('to-be-rotated'),
    answer: { apiKey: expect.stringMatching(/^omp-[0-9a-f]{64}$/), expiresAt: null },
  },
  {
    row: `POST ${ADMIN}/tenants/:id/set-key`,
    prepare: newTenant('to-be-set'),
    body: { apiKey: 'omp-custom-key-value', keyLifetimeDays: 90 },
    answer: { prefix: 'omp-custom-k', expiresAt: time },
  },
  {
    row: `PUT ${ADMIN}/tenants/:id/model-config`,
    prepare: newTenant('to-be-limited'),
    body: { mode: 'whitelist', list: ['sim-chat'], aliases: { fast: 'sim-fast' } },
    answer: has({ modelConfig: { mode: 'whitelist', list: ['sim-chat'], aliases: { fast: 'sim-fast' } } }),
  },
  { row: `GET ${ADMIN}/tenants/:id/keys`, prepare: ofTenantA, answer: some(key) },
  {
    row: `POST ${ADMIN}/tenants/:id/keys`,
    prepare: newTenant('to-have-keys'),
    body: { label: 'another', lifetimeDays: 7 },
    answer: has({ label: 'another', apiKey: text, expiresAt: time }),
  },
  {
    row: `PUT ${ADMIN}/tenants/:id/keys/:keyId`,
    prepare: newTenant('to-have-a-key-changed'),
    body: { label: 'changed', enabled: false },
    answer: has({ label: 'changed', enabled: false }),
  },
  {
    row: `DELETE ${ADMIN}/tenants/:id/keys/:keyId`,
    prepare: newTenant('to-have-a-key-removed'),
    answer: { success: true },
  },
];

const PORTAL = '/api/tenant-portal';
const PORTAL_EXAMPLES: readonly Example[] = [
  { row: `GET ${PORTAL}/mine`, answer: some(has(tenantShape)) },
  { row: `GET ${PORTAL}/:id`, prepare: ofTenantA, answer: has(tenantShape) },
  {
    row: `PUT ${PORTAL}/:id/model-config`,
    prepare: newTenant('to-limit-itself'),
    body: { mode: 'whitelist', list: ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-6'] },
    answer: has({
      modelConfig: { mode: 'whitelist', list: ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-6'], aliases: {} },
    }),
  },
  { row: `GET ${PORTAL}/:id/models`, prepare: ofTenantA, answer: some(has({ id: text, name: text })) },
];

const GLOBAL: readonly Example[] = [
  { row: 'GET /api/prism/setup/status', as: 'nobody', answer: { setupComplete: expect.any(Boolean) } },
  {
    row: 'POST /api/prism/setup/admin',
    as: 'nobody',
    first: true,
    body: { username: 'first', password: PASSWORD },
    answer: { id: text, username: 'first', role: 'admin' },
  },
  { row: 'POST /api/prism/setup/complete', answer: { setupComplete: true } },
  {
    row: 'POST /api/prism/auth/login',
    as: 'nobody',
    body: { username: 'the-admin', password: PASSWORD },
    answer: has({ token: text, username: 'the-admin', role: 'admin' }),
  },
  { row: 'POST /api/prism/auth/logout', as: 'somebody', answer: { success: true } },
  { row: 'GET /api/prism/auth/me', answer: has({ id: text, username: 'the-admin', role: 'admin' }) },
];

export const EXAMPLES: readonly Example[] = [...GLOBAL, ...PROVIDERS, ...TENANTS, ...PORTAL_EXAMPLES];
