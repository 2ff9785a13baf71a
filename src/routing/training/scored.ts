import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readSignals, type RequestFeatures } from '../signals/read-signals.ts';

/** A prompt with the scores of a weak and a strong model. */
export interface ScoredRow {
  readonly set: string;
  /** What it is about, as its set says; "" = nothing is said. */
  readonly subject: string;
  readonly features: RequestFeatures;
  readonly weak: number;
  readonly strong: number;
  readonly weakName: string;
  readonly strongName: string;
  /** Tokens of each one's answer; 1 where nothing is said. */
  readonly weakTokens: number;
  readonly strongTokens: number;
}

const scored = z.looseObject({
  set: z.string(),
  subject: z.string().nullish(),
  prompt: z.string(),
  scores: z.record(z.string(), z.number()),
  out_tokens: z.record(z.string(), z.number()).nullish(),
});

/**
 * Rows of `{set, prompt, scores: {model: score}, subject?, out_tokens?}` a line: the weakest and the strongest model of
 * each set.
 */
export function scoredRows(file: string): ScoredRow[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => scored.parse(JSON.parse(line)));
  return [...Map.groupBy(rows, (row) => row.set)].flatMap(([set, all]) => {
    const models = [...new Set(all.flatMap((row) => Object.keys(row.scores)))];
    const meanOf = (model: string): number => {
      const scores = all.flatMap((row) => row.scores[model] ?? []);
      return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
    };
    const order = models.toSorted((a, b) => meanOf(a) - meanOf(b));
    const [weakName = '', strongName = ''] = [order[0], order.at(-1)];
    return all.flatMap((row): ScoredRow[] => {
      const [weak, strong] = [row.scores[weakName], row.scores[strongName]];
      if (weak === undefined || strong === undefined) return [];
      const features = readSignals({ messages: [{ role: 'user', content: row.prompt }] });
      const [weakTokens, strongTokens] = [row.out_tokens?.[weakName] ?? 1, row.out_tokens?.[strongName] ?? 1];
      const subject = row.subject ?? '';
      return [{ set, subject, features, weak, strong, weakName, strongName, weakTokens, strongTokens }];
    });
  });
}
