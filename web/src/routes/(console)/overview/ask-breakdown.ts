import { OverviewBreakdownDocument } from '#lib/generated/graphql.ts';
import type { OverviewBreakdownQuery } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { breakdownVariables } from './view.ts';
import type { BreakdownView, By, OverviewView } from './view.ts';

/** The rows know what they are rows of: the old ones stay while others are on their way. */
export interface BreakdownRows {
  readonly usage: OverviewBreakdownQuery['usage'];
  readonly of: By;
}

export async function askBreakdown(
  chosen: BreakdownView,
  view: OverviewView,
  mayKeys: boolean,
): Promise<Outcome<BreakdownRows>> {
  const outcome = await ask(OverviewBreakdownDocument, breakdownVariables(chosen, view, mayKeys));
  return mapOutcome(outcome, ({ usage }) => ({ usage, of: chosen.by }));
}
