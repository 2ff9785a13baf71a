import { plainSpelling } from '../graphql/enums.ts';
import { found } from './found.ts';
import {
  PortalModelsDocument,
  PortalTenantDocument,
  PortalTenantsDocument,
  UpdatePortalModelConfigDocument,
  type PortalTenantFieldsFragment,
} from './generated/documents.ts';
import { route, type AnyRoute } from './route.ts';

const heading = 'Tenant Portal API';
const base = '/api/tenant-portal';
const params = { id: 'Id of the tenant' } as const;

/** For a tenant's own admin; operators may look after any tenant. Another one's does not exist. */
export const PORTAL_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: `${base}/mine`,
    heading,
    summary: 'List own tenants',
    params: {},
    document: PortalTenantsDocument,
    variables: () => ({}),
    respond: ({ myTenants }) => myTenants.map(presentTenant),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get tenant config',
    params,
    document: PortalTenantDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ tenant }) => presentTenant(found(tenant, 'tenant')),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id/model-config`,
    heading,
    summary: 'Update model access (mode + list)',
    params,
    document: UpdatePortalModelConfigDocument,
    variables: ({ params: { id }, body }) => ({ tenantId: id, input: body }),
    respond: ({ updateModelConfig }) => presentTenant(updateModelConfig),
  }),
  route({
    method: 'GET',
    path: `${base}/:id/models`,
    heading,
    summary: 'List accessible models',
    params,
    document: PortalModelsDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ tenant }) =>
      found(tenant, 'tenant').models.map(({ kind, tier, ...model }) => ({
        ...model,
        kind: plainSpelling('ModelKind', kind),
        tier: tier && plainSpelling('Tier', tier),
      })),
  }),
];

function presentTenant(tenant: PortalTenantFieldsFragment) {
  const { modelConfig } = tenant;
  return { ...tenant, modelConfig: { ...modelConfig, mode: plainSpelling('ModelMode', modelConfig.mode) } };
}
