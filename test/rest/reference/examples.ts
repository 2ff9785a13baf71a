import type { Example } from './example.ts';
import { CATEGORIES } from './examples/categories.ts';
import { DASHBOARD } from './examples/dashboard.ts';
import { GLOBAL } from './examples/global.ts';
import { LDAP } from './examples/ldap.ts';
import { PORTAL_EXAMPLES } from './examples/portal.ts';
import { PROVIDERS } from './examples/providers.ts';
import { ROUTING } from './examples/routing.ts';
import { SYSTEM_EXAMPLES } from './examples/system.ts';
import { TENANTS } from './examples/tenants.ts';
import { TOKENIZE } from './examples/tokenize.ts';
import { USERS } from './examples/users.ts';

/** One for each row of the table, in an order in which they can be called one after the other. */
export const EXAMPLES: readonly Example[] = [
  ...GLOBAL,
  ...PROVIDERS,
  ...TENANTS,
  ...CATEGORIES,
  ...DASHBOARD,
  ...USERS,
  ...LDAP,
  ...ROUTING,
  ...SYSTEM_EXAMPLES,
  ...TOKENIZE,
  ...PORTAL_EXAMPLES,
];
