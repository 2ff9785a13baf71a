import { found } from '../found.ts';
import {
  CreateKeyDocument,
  DeleteKeyDocument,
  TenantKeysDocument,
  UpdateKeyDocument,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Tenants';
const base = '/api/prism/admin/tenants/:id/keys';
const tenant = { id: 'Id of the tenant' } as const;
const params = { ...tenant, keyId: 'Id of the key' } as const;

/** In answers only; a client that sends a key back as it got it is not refused for them. */
const readOnly = ['id', 'tenantId', 'prefix', 'isPrimary', 'custom', 'lastUsedAt', 'createdAt'];

export const TENANT_KEY_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List the API keys of a tenant, the primary one first',
    params: tenant,
    document: TenantKeysDocument,
    requires: ['key.read'],
    variables: ({ params: { id } }) => ({ tenantId: id }),
    respond: (data) => found(data.tenant, 'tenant').keys,
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create a further API key; it is in this answer and never again',
    params: tenant,
    status: 201,
    document: CreateKeyDocument,
    variables: ({ params: { id }, body }) => ({ tenantId: id, input: body }),
    respond: ({ createKey: { key, apiKey } }) => ({ ...key, apiKey }),
  }),
  route({
    method: 'PUT',
    path: `${base}/:keyId`,
    heading,
    summary: 'Update label, expiry or state of an API key',
    params,
    document: UpdateKeyDocument,
    variables: ({ params: { id, keyId }, body }) => ({ tenantId: id, id: keyId, input: body }),
    readOnly,
    respond: ({ updateKey }) => updateKey,
  }),
  route({
    method: 'DELETE',
    path: `${base}/:keyId`,
    heading,
    summary: 'Delete an API key',
    params,
    document: DeleteKeyDocument,
    variables: ({ params: { id, keyId } }) => ({ tenantId: id, id: keyId }),
    respond: () => ({ success: true }),
  }),
];
