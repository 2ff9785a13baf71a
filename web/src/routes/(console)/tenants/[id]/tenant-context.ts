import { createContext } from 'svelte';
import type { TenantDetailQuery } from '#lib/generated/graphql.ts';

export type Tenant = NonNullable<TenantDetailQuery['tenant']>;

/** The tenant that the pages below show; read through a function, so that it follows what the server has. */
const [getTenant, setTenant] = createContext<() => Tenant>();

export { getTenant, setTenant };
