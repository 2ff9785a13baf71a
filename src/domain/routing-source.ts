import type { Price } from '../accounting/price.ts';
import type { NamedRuleSet } from '../routing/rules.ts';
import type { RouteTools, RoutingView } from '../routing/types.ts';

/** A rule set that is tried out in the place of the one in force in its scope; it need not be stored. */
export interface DraftRuleSet extends NamedRuleSet {
  /** Whose it would be; null = of all tenants. */
  readonly tenantId: string | null;
}

/** What the gateway of this process routes a tenant's requests by. */
export interface TenantRouting {
  /** With the default rule sets. */
  readonly view: RoutingView;
  viewWith(draft: DraftRuleSet): RoutingView;
  /** Of a candidate, by its key: the tenant's own price where it has one. Null = not known. */
  priceOf(candidate: string): Price | null;
  /** USD since the day began (UTC); counted only where a budget asks for it. */
  readonly spentToday: number;
}

/** The router's world, as the composition root has it. */
export interface RoutingSource extends RouteTools {
  /** Null = the gateway knows no such tenant. */
  tenant(id: string): Promise<TenantRouting | null>;
}
