import type { ModelMode } from '#lib/generated/graphql.ts';

/** What of a tenant decides whether it is worth beginning with; who may not read it knows its id alone. */
export interface TenantToChoose {
  readonly id: string;
  readonly active?: boolean;
  readonly providerIds?: readonly string[];
  readonly modelConfig?: { readonly mode: ModelMode; readonly list: readonly string[] };
}

const keyOf = (person: string): string => `prism.tenant.${person}`;

/** The tenant that somebody chose last on a page of one tenant: kept by this browser, for each person. */
export function lastTenant(person: string): string | null {
  try {
    return localStorage.getItem(keyOf(person));
  } catch {
    return null;
  }
}

export function keepTenant(person: string, id: string): void {
  try {
    localStorage.setItem(keyOf(person), id);
  } catch {
    // Storage may be full or forbidden: then each page begins with the first tenant that works.
  }
}

/** Whether a request of it could be served at all; what is not known counts for it. */
function hasModels({ providerIds, modelConfig }: TenantToChoose): boolean {
  if (providerIds?.length === 0) return false;
  return !(modelConfig?.mode === 'WHITELIST' && modelConfig.list.length === 0);
}

/** Where a page of one tenant begins: the one chosen last, else the first that works. Null = there is none. */
export function startTenant(tenants: readonly TenantToChoose[], last: string | null): string | null {
  const isOn = ({ active }: TenantToChoose): boolean => active !== false;
  const start =
    tenants.find(({ id }) => id === last) ??
    tenants.find((tenant) => isOn(tenant) && hasModels(tenant)) ??
    tenants.find(isOn) ??
    tenants[0];
  return start?.id ?? null;
}
