import { ACCESS_TOKEN_ROUTES } from './admin/access-tokens.ts';
import { AUDIT_ROUTES } from './admin/audit.ts';
import { AUTH_ROUTES } from './admin/auth.ts';
import { CATEGORY_ROUTES } from './admin/categories.ts';
import { DASHBOARD_ROUTES } from './admin/dashboard.ts';
import { LDAP_ROUTES } from './admin/ldap.ts';
import { PROVIDER_MODEL_ROUTES } from './admin/provider-models.ts';
import { PROVIDER_ROUTES } from './admin/providers.ts';
import { ROUTING_ROUTES } from './admin/routing.ts';
import { SETUP_ROUTES } from './admin/setup.ts';
import { SYSTEM_ROUTES } from './admin/system.ts';
import { TOKENIZE_ROUTES } from './admin/tokenize.ts';
import { TENANT_KEY_ROUTES } from './admin/tenant-keys.ts';
import { TENANT_ROUTES } from './admin/tenants.ts';
import { USER_ROUTES } from './admin/users.ts';
import { PORTAL_ROUTES } from './portal.ts';
import type { AnyRoute } from './route.ts';

/** Every REST endpoint that is a GraphQL operation: all but the few of raw-routes.ts. */
export const ROUTES: readonly AnyRoute[] = [
  ...SETUP_ROUTES,
  ...AUTH_ROUTES,
  ...PROVIDER_ROUTES,
  ...PROVIDER_MODEL_ROUTES,
  ...TENANT_ROUTES,
  ...TENANT_KEY_ROUTES,
  ...CATEGORY_ROUTES,
  ...ROUTING_ROUTES,
  ...TOKENIZE_ROUTES,
  ...DASHBOARD_ROUTES,
  ...LDAP_ROUTES,
  ...SYSTEM_ROUTES,
  ...USER_ROUTES,
  ...ACCESS_TOKEN_ROUTES,
  ...AUDIT_ROUTES,
  ...PORTAL_ROUTES,
];
