import { extractAll, isKnown, learn, scoresOf, type Judged } from './learn.ts';
import type { WordVectors } from '../classifier/features.ts';
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
  vectors: WordVectors,
  progress: (family: string, judged: readonly Judged[]) => void = () => undefined,
): Judged[] {
  const extracted = extractAll([...new Set([...train, ...judge])].filter(isKnown), vectors);
  const families = Map.groupBy(judge.filter(isKnown), (row) => familyOf(row.source));
  return [...families].flatMap(([family, rows]) => {
    const seen = train.filter((row) => isKnown(row) && familyOf(row.source) !== family);
    const model = learn(seen, extracted, vectors.size);
    const judged = rows.flatMap((row): Judged[] => {
      const features = extracted.get(row);
      return features === undefined ? [] : [{ row, scores: scoresOf(model, features) }];
    });
    progress(family, judged);
    return judged;
  });
}
