import { z } from 'zod';
import { costOf } from '../accounting/cost.ts';
import { NO_USAGE } from '../accounting/usage.ts';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant } from '../identity/policy.ts';
import { servesFor } from '../routing/keeps-named.ts';
import { createReplay, type Replay, type UnjudgedRule } from '../routing/replay.ts';
import { readStoredDecision, type StoredDecision } from '../routing/stored-decision.ts';
import type { RoutingView } from '../routing/types.ts';
import { definitionsOf } from './decided-rules.ts';
import { readRoutedRows, type RoutedRow } from './routed-rows.ts';
import { readDraft, type DraftInput } from './routing-draft.ts';
import type { RoutingSource, TenantRouting } from './routing-source.ts';
import { badInput, notFound, validate } from './validate.ts';

export const MAX_DAYS = 30;
export const MAX_ROWS = 5_000;
const DEFAULT_DAYS = 7;
/** Decisions between two breaths of the process: some 10 ms. */
const AT_A_TIME = 50;

export interface SimulationInput extends DraftInput {
  /** Whose traffic; everybody's when missing. */
  readonly tenantId?: string | null | undefined;
  /** So far back; 7 when missing, at most 30. */
  readonly days?: number | null | undefined;
}

/** Requests that the draft would give to another model. Costs are USD. */
export interface SimulatedMove {
  /** "<provider-slug>/<model id>"; null = nobody could serve it. */
  readonly from: string | null;
  readonly to: string | null;
  /** What the draft takes them for. */
  readonly category: string;
  readonly rows: number;
  readonly costBefore: number;
  readonly costAfter: number;
}

export interface Simulation {
  /** Requests that were decided again. */
  readonly rows: number;
  readonly moved: number;
  /**
   * USD of these rows: as they were paid (where the rules in force would no longer choose what served: its usage at
   * the prices of what they would choose), and an estimate: each row's own usage at the prices of the draft's choice.
   */
  readonly costBefore: number;
  readonly costAfter: number;
  /** Moved rows of which one of the two prices is not known: in neither cost. */
  readonly unpriced: number;
  /** Rows that could not be decided again: never classified, or of a tenant that is gone. Not among `rows`. */
  readonly undecided: number;
  /** Most rows first. */
  readonly moves: readonly SimulatedMove[];
  /** Rules of the draft that look for words which were not looked for when the rows came, and for how many rows. */
  readonly notEvaluated: readonly (UnjudgedRule & { readonly rows: number })[];
}

export interface RuleSetSimulations {
  /** Exact and the same each time for the same rows, rules, models and prices; every provider is taken to be up. */
  run(actor: Actor, input: SimulationInput): Promise<Simulation>;
}

export interface SimulationDeps {
  readonly db: PrismaClient;
  readonly routing: RoutingSource;
  readonly clock: () => Date;
}

const simulationInput = z.strictObject({
  tenantId: z.uuid('must be the id of a tenant').nullish(),
  ruleSetId: z.uuid('must be the id of a rule set').nullish(),
  definition: z.unknown().optional(),
  forAllTenants: z.boolean().nullish(),
  days: z.int().min(1).max(MAX_DAYS).nullish(),
});

export function createRuleSetSimulations({ db, routing, clock }: SimulationDeps): RuleSetSimulations {
  return {
    async run(actor, input) {
      authorize(actor, 'ruleSet.read');
      const { tenantId, days, ...given } = validate(simulationInput, input);
      if (tenantId != null) await requireKnown(actor, tenantId);
      const draft = await readDraft(db, tenantId ?? null, given);
      if (draft === null) {
        throw badInput([{ path: 'definition', message: 'is required, or a "ruleSetId": what to simulate' }]);
      }
      const rows = await readRoutedRows(db, {
        tenantId: tenantId ?? draft.tenantId,
        from: new Date(clock().getTime() - (days ?? DEFAULT_DAYS) * 86_400_000),
        limit: MAX_ROWS,
      });
      const decided = rows.map((row) => ({ row, stored: readStoredDecision(row.routing) }));
      const replay = createReplay(
        await definitionsOf(
          db,
          decided.flatMap(({ stored }) => stored ?? []),
        ),
      );
      const tenants = new Map<string, Tenant | null>();
      for (const { tenantId: id } of rows) {
        if (tenants.has(id)) continue;
        const tenant = await routing.tenant(id);
        tenants.set(id, tenant === null ? null : { routing: tenant, draft: tenant.viewWith(draft) });
      }
      const sums = createSums();
      for (const [index, { row, stored }] of decided.entries()) {
        if (index % AT_A_TIME === 0) await new Promise((resolve) => setImmediate(resolve));
        const tenant = tenants.get(row.tenantId) ?? null;
        sums.add(stored === null || tenant === null ? null : compare(replay, row, stored, tenant));
      }
      return sums.result();
    },
  };

  async function requireKnown(actor: Actor, tenantId: string): Promise<void> {
    requireTenant(actor, tenantId);
    if ((await routing.tenant(tenantId)) === null) throw notFound('tenant');
  }

  function compare(replay: Replay, row: RoutedRow, stored: StoredDecision, tenant: Tenant): Compared | null {
    const tools = { alive: () => true, now: () => 0 };
    const before = replay(stored, tenant.routing.view, tools);
    const after = replay(stored, tenant.draft, tools);
    if (before === null || after === null) return null;
    const { named } = stored.given;
    const from = servesFor(tenant.routing.view, before.decision, named);
    const to = servesFor(tenant.draft, after.decision, named);
    const served = `${row.providerSlug}/${row.model}`;
    const costBefore = from === served || from === to ? row.actualCost : priced(row, from, tenant.routing);
    return {
      from,
      to,
      category: after.decision.category,
      costBefore,
      costAfter: from === to ? row.actualCost : priced(row, to, tenant.routing),
      unjudged: after.unjudged,
    };
  }
}

interface Tenant {
  readonly routing: TenantRouting;
  readonly draft: RoutingView;
}

interface Compared {
  readonly from: string | null;
  readonly to: string | null;
  readonly category: string;
  /** USD; null = a price is not known. */
  readonly costBefore: number | null;
  readonly costAfter: number | null;
  readonly unjudged: readonly UnjudgedRule[];
}

/** USD of the row's usage on another model; of nobody's answer, nothing. */
function priced(row: RoutedRow, candidate: string | null, routing: TenantRouting): number | null {
  if (candidate === null) return 0;
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens } = row;
  const usage = { ...NO_USAGE, inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens };
  const cost = costOf(usage, routing.priceOf(candidate));
  return cost.priced ? cost.pico / 1e12 : null;
}

function createSums() {
  const sum = { rows: 0, moved: 0, costBefore: 0, costAfter: 0, unpriced: 0, undecided: 0 };
  const moves = new Map<string, { -readonly [Key in keyof SimulatedMove]: SimulatedMove[Key] }>();
  const unjudged = new Map<string, UnjudgedRule & { rows: number }>();

  function add(row: Compared | null): void {
    if (row === null) {
      sum.undecided += 1;
      return;
    }
    sum.rows += 1;
    for (const rule of row.unjudged) {
      const name = JSON.stringify(rule);
      const known = unjudged.get(name);
      if (known === undefined) unjudged.set(name, { ...rule, rows: 1 });
      else known.rows += 1;
    }
    const { from, to, category, costBefore, costAfter } = row;
    const isPriced = costBefore !== null && costAfter !== null;
    if (isPriced) {
      sum.costBefore += costBefore;
      sum.costAfter += costAfter;
    }
    if (from === to) return;
    sum.moved += 1;
    if (!isPriced) sum.unpriced += 1;
    const name = JSON.stringify([from, to, category]);
    const move = moves.get(name) ?? { from, to, category, rows: 0, costBefore: 0, costAfter: 0 };
    move.rows += 1;
    move.costBefore += isPriced ? costBefore : 0;
    move.costAfter += isPriced ? costAfter : 0;
    moves.set(name, move);
  }

  return {
    add,
    result: (): Simulation => ({
      ...sum,
      moves: [...moves].toSorted(([a, x], [b, y]) => y.rows - x.rows || (a < b ? -1 : 1)).map(([, it]) => it),
      notEvaluated: [...unjudged.values()],
    }),
  };
}
