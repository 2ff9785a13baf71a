import type { RuleSetRowFragment } from '#lib/generated/graphql.ts';

/** What somebody wants to do with a rule set that has to be confirmed. */
export interface Asked {
  /** promote = in force for all, after having been tried on a share. */
  readonly act: 'default' | 'promote' | 'delete';
  readonly set: Pick<RuleSetRowFragment, 'id' | 'name' | 'tenantId' | 'tenant' | 'version'>;
}
