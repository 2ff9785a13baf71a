import { createScorer, learn, RECIPE, type Extracted, type Judged, type Recipe } from './learn.ts';
import type { LabelledRow } from './rows.ts';

/** Sources that share their prompts or their annotators count as one: else a model would be asked what it has seen. */
export function familyOf(source: string): string {
  return source.split('-')[0] ?? source;
}

/**
 * Leave one source out: each family of sources is judged by a model that has seen none of it. Real prompts only are
 * judged; those written for the set only train.
 */
export function acrossSources(
  train: readonly LabelledRow[],
  judge: readonly LabelledRow[],
  extracted: Extracted,
  progress: (family: string, judged: readonly Judged[]) => void = () => undefined,
  recipe: Recipe = RECIPE,
): Judged[] {
  const families = Map.groupBy(judge, (row) => familyOf(row.source));
  return [...families].flatMap(([family, rows]) => {
    const scorer = createScorer(
      learn(
        train.filter((row) => familyOf(row.source) !== family),
        extracted,
        recipe,
      ),
    );
    const judged = rows.flatMap((row): Judged[] => {
      const features = extracted.get(row);
      return features === undefined ? [] : [{ row, scores: scorer(features) }];
    });
    progress(family, judged);
    return judged;
  });
}
