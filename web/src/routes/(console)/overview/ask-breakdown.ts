import { OverviewBreakdownDocument } from '#lib/generated/graphql.ts';
import type { OverviewBreakdownQuery } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { done, mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { beforeVariables, breakdownVariables } from './view.ts';
import type { BreakdownView, By, OverviewView } from './view.ts';

/** The rows know what they are rows of: the old ones stay while others are on their way. */
export interface BreakdownRows {
  readonly usage: OverviewBreakdownQuery['usage'];
  readonly of: By;
  /** The same of the period before; null = it is not compared. */
  readonly before: OverviewBreakdownQuery['usage'] | null;
}

export async function askBreakdown(
  chosen: BreakdownView,
  view: OverviewView,
  mayKeys: boolean,
): Promise<Outcome<BreakdownRows>> {
  const [outcome, before] = await Promise.all([
    ask(OverviewBreakdownDocument, breakdownVariables(chosen, view, mayKeys)),
    view.compare ? ask(OverviewBreakdownDocument, beforeVariables(chosen, view)) : done(null),
  ]);
  if (!before.ok) return before;
  return mapOutcome(outcome, ({ usage }) => ({ usage, of: chosen.by, before: before.data?.usage ?? null }));
}
