import { expect } from 'vitest';

export const ADMIN = '/api/prism/admin';
export const text = expect.any(String);
export const number = expect.any(Number);
export const bool = expect.any(Boolean);
export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
export const list = expect.any(Array);
export const has = (members: Record<string, unknown>): unknown => expect.objectContaining(members);
export const oneOf = (...values: unknown[]): unknown => expect.toSatisfy((value) => values.includes(value));
export const orNull = (kind: string): unknown =>
  expect.toSatisfy((value) => value === null || typeof value === kind);
/** A list that is not empty, each of whose items looks like this. */
export const some = (item: unknown): unknown =>
  expect.toSatisfy((value) => {
    expect(value.length).toBeGreaterThan(0);
    for (const one of value) expect(one).toEqual(item);
    return true;
  });

export const provider = has({
  id: text,
  slug: text,
  name: text,
  type: text,
  config: has({ baseUrl: text, auth: has({ type: oneOf('api_key', 'bearer', 'aws_credentials', 'none') }) }),
  hasCredentials: expect.any(Boolean),
  active: expect.any(Boolean),
  createdAt: time,
});
export const model = has({
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
export const tenantShape = {
  id: text,
  slug: text,
  name: text,
  active: expect.any(Boolean),
  modelConfig: has({ mode: oneOf('all', 'whitelist', 'blacklist'), list, aliases: expect.any(Object) }),
  rateLimit: { requestsPerMinute: number, tokensPerMinute: number },
  pricing: expect.any(Object),
  keyLifetimeDays: number,
};
export const tenant = has({ ...tenantShape, providerIds: list, routing: expect.any(Object) });
export const key = has({
  id: text,
  tenantId: text,
  prefix: text,
  label: text,
  isPrimary: expect.any(Boolean),
  enabled: expect.any(Boolean),
  expiresAt: orNull('string'),
  lastUsedAt: orNull('string'),
});
