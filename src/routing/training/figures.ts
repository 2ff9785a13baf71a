import { RANKED } from '../classifier/classifier.ts';
import { softmax } from '../classifier/softmax.ts';
import { atLeast, likelyTier, rank } from '../tiers.ts';
import type { Tier } from '../types.ts';
import { LABELS, LABEL_NAMES, type Label } from './labels.ts';
import type { Judged } from './learn.ts';

/** How good predictions are; shares from 0 to 1. */
export interface Figures {
  readonly rows: number;
  /** The label itself. */
  readonly strict: number;
  /** The label, or one that would be as right. */
  readonly lenient: number;
  /** Mean F1 over the labels that occur. */
  readonly macroF1: number;
  /** The likeliest tier (as `decide` takes it) is the true category's. */
  readonly tier: number;
  /** It is lower: a model that may not be up to the task. */
  readonly under: number;
  /** Expected calibration error over ten bins of confidence. */
  readonly calibration: number;
  readonly byLabel: readonly { readonly label: string; readonly rows: number; readonly f1: number }[];
  /** The commonest mistakes. */
  readonly confusions: readonly { readonly truth: string; readonly said: string; readonly rows: number }[];
}

const BINS = 10;

export function figuresOf(judged: readonly Judged[], temperature: number): Figures {
  const right = new Map<string, number>();
  const said = new Map<string, number>();
  const truth = new Map<string, number>();
  const confusions = new Map<string, number>();
  const bins = Array.from({ length: BINS }, () => ({ hits: 0, sum: 0 }));
  let [lenient, sameTier, under] = [0, 0, 0];
  for (const { row, scores } of judged) {
    const ranking = rankingOf(scores, temperature);
    const { category: label, probability } = ranking[0] ?? { category: '', probability: 0 };
    const hit = label === row.label;
    count(said, label);
    count(truth, row.label);
    if (hit) count(right, label);
    else count(confusions, `${row.label} ${label}`);
    if (hit || row.accept.includes(label)) lenient += 1;
    const [wanted, got] = [tierOf(row.label), tierFor(ranking)];
    if (rank(wanted) === rank(got)) sameTier += 1;
    else if (rank(got) < rank(wanted)) under += 1;
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    if (bin !== undefined) {
      bin.hits += hit ? 1 : 0;
      bin.sum += probability;
    }
  }
  const rows = judged.length;
  const byLabel = [...truth]
    .map(([label, n]) => ({
      label,
      rows: n,
      f1: (2 * (right.get(label) ?? 0)) / (n + (said.get(label) ?? 0)),
    }))
    .toSorted((a, b) => b.rows - a.rows);
  const hits = [...right.values()].reduce((sum, n) => sum + n, 0);
  return {
    rows,
    strict: hits / rows,
    lenient: lenient / rows,
    macroF1: byLabel.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, byLabel.length),
    tier: sameTier / rows,
    under: under / rows,
    calibration: bins.reduce((sum, bin) => sum + Math.abs(bin.hits - bin.sum), 0) / rows,
    byLabel,
    confusions: [...confusions]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, 25)
      .map(([pair, n]) => ({ truth: pair.split(' ')[0] ?? '', said: pair.split(' ')[1] ?? '', rows: n })),
  };
}

/** The best few, best first. */
function rankingOf(scores: Float32Array, temperature: number): { category: string; probability: number }[] {
  const found = softmax(Float32Array.from(scores), temperature);
  return LABEL_NAMES.map((category, at) => ({ category, probability: found[at] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, RANKED);
}

/** As `decide` takes it before rules and overrides: the category's, or a higher one that the best three make likelier. */
function tierFor(ranking: readonly { readonly category: string; readonly probability: number }[]): Tier {
  const its = tierOf(ranking[0]?.category ?? '');
  return atLeast(its, likelyTier(ranking.slice(0, 3), tierOf) ?? its);
}

function tierOf(label: string): Tier {
  return Object.hasOwn(LABELS, label) ? LABELS[label as Label] : 'medium';
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
