import type { Problem } from '#lib/graphql/outcome.ts';

/** What is wrong with a list of tenants, whichever of them it is: the server names `tenantIds.3`. */
export function tenantProblem(problem: Problem | null, path = 'tenantIds'): string | null {
  const found = problem?.fields.find((field) => field.path === path || field.path.startsWith(`${path}.`));
  return found?.message ?? null;
}
