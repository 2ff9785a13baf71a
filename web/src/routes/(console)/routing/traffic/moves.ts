import { readTier, stepOf } from '#lib/decision/tiers.ts';
import type { RuleSetModelTiersQuery, RuleSetSimulateQuery } from '#lib/generated/graphql.ts';

export type Move = RuleSetSimulateQuery['simulateRuleSet']['moves'][number];
export type Direction = 'up' | 'down' | 'level';

/** Tiers by "<provider slug>/<model id>", as far as the models' own settings say. */
export function tiersOf(providers: RuleSetModelTiersQuery['providers']): ReadonlyMap<string, number> {
  const tiers = new Map<string, number>();
  for (const { slug, models } of providers) {
    for (const { modelId, tier } of models) {
      const known = readTier(tier);
      if (known !== null) tiers.set(`${slug}/${modelId}`, stepOf(known));
    }
  }
  return tiers;
}

/** Up = to a higher tier; within a tier, or where a tier is not known, to a dearer model. */
export function directionOf(move: Move, tiers: ReadonlyMap<string, number>): Direction {
  const [before, after] = [tierAt(move.from, tiers), tierAt(move.to, tiers)];
  if (before !== null && after !== null && before !== after) return after > before ? 'up' : 'down';
  if (move.costAfter === move.costBefore) return 'level';
  return move.costAfter > move.costBefore ? 'up' : 'down';
}

/** How many requests move each way. */
export function countMoves(
  moves: readonly Move[],
  tiers: ReadonlyMap<string, number>,
): Readonly<Record<Direction, number>> {
  const sum = { up: 0, down: 0, level: 0 };
  for (const move of moves) sum[directionOf(move, tiers)] += move.rows;
  return sum;
}

/** The log's rows of the model that they would leave; null = nobody served them. */
export function rowsOf(move: Move, days: number, tenantId: string): string | null {
  if (move.from === null) return null;
  const at = move.from.indexOf('/');
  const parts = new URLSearchParams({
    routed: 'yes',
    provider: move.from.slice(0, at),
    model: move.from.slice(at + 1),
    // By the hour, as it was decided: days in an address are those of the calendar.
    range: `${24 * days}h`,
    ...(tenantId === '' ? {} : { tenant: tenantId }),
  });
  return `/requests?${parts.toString()}`;
}

/** For a spreadsheet; costs are USD. */
export function csvRows(
  moves: readonly Move[],
  tiers: ReadonlyMap<string, number>,
): readonly Record<string, string>[] {
  return moves.map((move) => ({
    move: directionOf(move, tiers),
    from: move.from ?? '',
    to: move.to ?? '',
    category: move.category,
    requests: String(move.rows),
    costBefore: String(move.costBefore),
    costAfter: String(move.costAfter),
  }));
}

function tierAt(key: string | null, tiers: ReadonlyMap<string, number>): number | null {
  return key === null ? null : (tiers.get(key) ?? null);
}
