import type { TenantChatModelsQuery } from '#lib/generated/graphql.ts';

type Model = Pick<
  NonNullable<TenantChatModelsQuery['tenant']>['models'][number],
  'id' | 'prefixedId' | 'aliases' | 'inputPer1M' | 'outputPer1M'
>;

/** From this on a run says before what it will cost. */
export const WORTH_SAYING_USD = 0.05;
/** Shorter conversations cost next to nothing, so nobody counts them. */
export const WORTH_COUNTING_CHARS = 4_000;

export interface Estimate {
  readonly usd: number;
  /** Columns whose model has no known price, or is chosen later. */
  readonly unknown: number;
}

/** What the prompts of all columns cost, and the answers as far as they are bounded. */
export function estimateRun(
  tokens: number,
  columns: readonly { readonly model: string; readonly maxTokens: string }[],
  models: readonly Model[],
): Estimate {
  const costs = columns.map(({ model, maxTokens }) => {
    const known = models.find(
      ({ id, prefixedId, aliases }) => id === model || prefixedId === model || aliases.includes(model),
    );
    if (known === undefined || known.inputPer1M === null) return null;
    const answer = maxTokens === '' ? 0 : Number(maxTokens) * (known.outputPer1M ?? 0);
    return (tokens * known.inputPer1M + answer) / 1e6;
  });
  return {
    usd: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    unknown: costs.filter((cost) => cost === null).length,
  };
}
