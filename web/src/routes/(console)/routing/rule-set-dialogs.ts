import type { RuleSetRowFragment } from '#lib/generated/graphql.ts';

/** What somebody wants to do with a rule set that has to be confirmed. */
export interface Asked {
  readonly act: 'default' | 'delete';
  readonly set: Pick<RuleSetRowFragment, 'id' | 'name' | 'tenantId' | 'tenant' | 'version'>;
}
