import { RouteTestDocument } from '#lib/generated/graphql.ts';
import type { TestRouteInput } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { DraftRules, DraftVerdict } from './draft-rules.ts';

/** Asks the router's own function. Nobody is called and nothing is logged. */
export async function judge(input: TestRouteInput, rules: DraftRules): Promise<DraftVerdict> {
  const outcome = await ask(RouteTestDocument, { input, other: input, compare: false });
  return outcome.ok
    ? { rules, answer: outcome.data.one, problem: null }
    : { rules, answer: null, problem: outcome.problem };
}
