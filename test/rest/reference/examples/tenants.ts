import { expect } from 'vitest';
import type { Example } from '../example.ts';
import { newTenant, ofTenantA } from '../prepared.ts';
import { ADMIN, has, key, some, tenant, tenantShape, text, time } from '../shapes.ts';

export const TENANTS: readonly Example[] = [
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
