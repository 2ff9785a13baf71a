import { plainSpelling } from '../../graphql/enums.ts';
import { found } from '../found.ts';
import {
  CreateTenantDocument,
  DeleteTenantDocument,
  RotateKeyDocument,
  SetKeyDocument,
  TenantDocument,
  TenantsDocument,
  UpdateModelConfigDocument,
  UpdateTenantDocument,
  type TenantFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Tenants';
const base = '/api/prism/admin/tenants';
const params = { id: 'Id of the tenant' } as const;

/** In answers only; a client that sends a tenant back as it got it is not refused for them. */
const readOnly = ['id', 'apiKey', 'expiresAt', 'createdAt', 'updatedAt'];

export const TENANT_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List all tenants',
    params: {},
    document: TenantsDocument,
    variables: () => ({}),
    respond: ({ tenants }) => tenants.map(presentTenant),
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create tenant; its key is in this answer and never again',
    params: {},
    status: 201,
    document: CreateTenantDocument,
    variables: ({ body }) => ({ input: body }),
    readOnly,
    respond: ({ createTenant: { tenant, apiKey, expiresAt } }) => ({
      ...presentTenant(tenant),
      apiKey,
      expiresAt,
    }),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get tenant',
    params,
    document: TenantDocument,
    requires: ['tenant.list'],
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ tenant }) => presentTenant(found(tenant, 'tenant')),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id`,
    heading,
    summary: 'Update tenant; what is missing stays as it is',
    params,
    document: UpdateTenantDocument,
    variables: ({ params: { id }, body }) => ({ id, input: body }),
    readOnly,
    respond: ({ updateTenant }) => presentTenant(updateTenant),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Delete tenant',
    params,
    document: DeleteTenantDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ deleteTenant: { keysRemoved, usersUpdated, ruleSetsRemoved } }) => ({
      success: true,
      cascade: { keysRemoved, usersUpdated, ruleSetsRemoved },
    }),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/rotate-key`,
    heading,
    summary: 'Rotate API key',
    params,
    document: RotateKeyDocument,
    variables: ({ params: { id } }) => ({ tenantId: id }),
    respond: ({ rotateKey: { apiKey, expiresAt } }) => ({ apiKey, expiresAt }),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/set-key`,
    heading,
    summary: 'Set custom API key',
    params,
    document: SetKeyDocument,
    variables: ({ params: { id }, body }) => ({ tenantId: id, input: body }),
    respond: ({ setKey: { prefix, expiresAt } }) => ({ prefix, expiresAt }),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id/model-config`,
    heading,
    summary: 'Update model access config',
    params,
    document: UpdateModelConfigDocument,
    // The tenant's own admin has the portal for it.
    requires: ['tenant.write'],
    variables: ({ params: { id }, body }) => ({ tenantId: id, input: body }),
    respond: ({ updateModelConfig }) => presentTenant(updateModelConfig),
  }),
];

function presentTenant(tenant: TenantFieldsFragment) {
  const { modelConfig } = tenant;
  return { ...tenant, modelConfig: { ...modelConfig, mode: plainSpelling('ModelMode', modelConfig.mode) } };
}
