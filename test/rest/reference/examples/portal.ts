import type { Example } from '../example.ts';
import { newTenant, ofTenantA } from '../prepared.ts';
import { has, some, tenantShape, text } from '../shapes.ts';

const PORTAL = '/api/tenant-portal';
export const PORTAL_EXAMPLES: readonly Example[] = [
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
