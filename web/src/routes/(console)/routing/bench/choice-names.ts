import type { RuleSetChoicesQuery } from '#lib/generated/graphql.ts';

type Choice = RuleSetChoicesQuery['ruleSets'][number];

/** Those that can decide for a tenant: its own and those for all. */
export function choicesFor(sets: readonly Choice[], tenantId: string): readonly Choice[] {
  return sets.filter((it) => it.tenantId === null || it.tenantId === tenantId);
}

/** "Default, for all tenants, version 3, in force". */
export function choiceName({ name, tenantId, tenant, version, isDefault, rolloutShare }: Choice): string {
  const scope = tenantId === null ? 'all tenants' : (tenant?.name ?? 'a removed tenant');
  const how = isDefault ? ', in force' : rolloutShare === null ? '' : `, tried on ${rolloutShare} %`;
  return `${name} (${scope}), version ${version}${how}`;
}
