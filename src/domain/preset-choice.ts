import { scoreOn } from '../catalog/benchmarks.ts';
import type { Assignment, CategoryResult, CategoryStanding, SkipReason } from './category-types.ts';
import type { Tx } from './change.ts';
import { tierOf, type CatalogEntry, type ModelCatalog } from './model-facts.ts';
import { TIERS, type Tier } from './model-types.ts';

/** A model that could be chosen: visible, present, for chats, of an active provider, benchmarked. */
export interface Candidate {
  readonly providerId: string;
  readonly slug: string;
  readonly modelId: string;
  readonly tier: Tier;
  readonly sees: boolean;
  readonly priority: number;
  /** USD; Infinity = not known, so dearer than all that are known. */
  readonly outputPer1M: number;
  readonly benchmarks: CatalogEntry['benchmarks'];
}

/** The best first, whatever the axis: the administrators' order, then the price, then the name. */
export async function findCandidates(
  tx: Pick<Tx, 'providerModel'>,
  catalog: ModelCatalog,
): Promise<readonly Candidate[]> {
  const rows = await tx.providerModel.findMany({
    where: { kind: 'CHAT', visible: true, missingSince: null, provider: { active: true } },
    include: { provider: { select: { slug: true, type: true } } },
    orderBy: [{ provider: { slug: 'asc' } }, { modelId: 'asc' }],
  });
  return rows
    .flatMap((row) => {
      const known = catalog.describe(row.provider.type, row.modelId);
      const tier = tierOf(row.tier ?? known?.tier);
      if (known?.benchmarks === undefined || tier === null) return [];
      return [
        {
          providerId: row.providerId,
          slug: row.provider.slug,
          modelId: row.modelId,
          tier,
          sees: row.capabilities.includes('vision'),
          priority: row.priority,
          outputPer1M: row.outputPer1M?.toNumber() ?? Infinity,
          benchmarks: known.benchmarks,
        },
      ];
    })
    .toSorted((a, b) => b.priority - a.priority || difference(a.outputPer1M, b.outputPer1M));
}

function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** What becomes of a category. */
type Outcome = Assignment | { readonly category: string; readonly reason: SkipReason };

/** The new default of a category, or why it gets none. `providerId` limits the choice. */
export function choose(
  category: CategoryResult,
  candidates: readonly Candidate[],
  providerId: string | null,
): Outcome {
  const { key, tier, defaultModel } = category;
  if (defaultModel !== null && !category.presetDefault) return { category: key, reason: 'set_by_hand' };
  const mine = candidates.filter((it) => providerId === null || it.providerId === providerId);
  const best = bestFor(category, mine);
  if (best === null) return { category: key, reason: 'no_model' };
  const model = nameOf(best.candidate, candidates, providerId);
  if (model === defaultModel) return { category: key, reason: 'unchanged' };
  return { category: key, model, tier, score: Math.round(best.score) };
}

/** How its default model does on its axis, and what the best of its tier would. */
export function standingOf(category: CategoryResult, candidates: readonly Candidate[]): CategoryStanding {
  const { key, axis, defaultModel } = category;
  const own = candidates.filter(
    (it) =>
      defaultModel !== null && (it.modelId === defaultModel || `${it.slug}/${it.modelId}` === defaultModel),
  );
  const score = strongest(axis, own)?.score ?? null;
  const best = bestFor(category, candidates);
  return {
    category: key,
    score: score === null ? null : Math.round(score),
    bestModel: best === null ? null : nameOf(best.candidate, candidates, null),
    bestScore: best === null ? null : Math.round(best.score),
  };
}

/** The strongest on its axis of its tier, or of the nearest tier that has one. */
function bestFor({ axis, tier, requiresVision }: CategoryResult, candidates: readonly Candidate[]) {
  const able = candidates.filter((it) => it.sees || !requiresVision);
  return (
    nearest(tier)
      .map((near) =>
        strongest(
          axis,
          able.filter((it) => it.tier === near),
        ),
      )
      .find((it) => it !== null) ?? null
  );
}

/** The tier itself, then those above it, the nearest first (the task is done, though dearer), then those below. */
function nearest(tier: Tier): readonly Tier[] {
  const at = TIERS.indexOf(tier);
  return [...TIERS.slice(at), ...TIERS.slice(0, at).toReversed()];
}

function strongest(axis: CategoryResult['axis'], able: readonly Candidate[]) {
  let best: { readonly candidate: Candidate; readonly score: number } | null = null;
  for (const candidate of able) {
    const score = scoreOn(axis, candidate.benchmarks);
    if (score !== null && score > (best?.score ?? -1)) best = { candidate, score };
  }
  return best;
}

/** The bare id, so that every provider that has the model may serve it; pinned where one provider was asked for. */
function nameOf(
  { modelId, slug, providerId }: Candidate,
  candidates: readonly Candidate[],
  wanted: string | null,
): string {
  const elsewhere = candidates.some((it) => it.modelId === modelId && it.providerId !== providerId);
  return wanted !== null && elsewhere ? `${slug}/${modelId}` : modelId;
}
