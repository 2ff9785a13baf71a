import { readFileSync } from 'node:fs';
import { createClassifier, type Classifier, type Reading } from '../classifier/classifier.ts';
import { readWeights } from '../classifier/format.ts';
import { rank } from '../tiers.ts';
import { learnGain, lessonOf, meansOf, ordinaryRows, partOf, PARTS } from './gain.ts';
import { LABELS, LABEL_NAMES, type Label } from './labels.ts';
import { createReader } from './learn.ts';
import { WEIGHTS } from './own-set.ts';
import { smallGain } from './quantise.ts';
import { qualityOf, type QualityFigures } from './quality.ts';
import { scoredRows, type ScoredRow } from './scored.ts';

/** How soon the strong model is asked, by prompt. */
type Order = (row: ScoredRow) => number;

/**
 * What routing by demand is worth for the weakest and the strongest model of each set; beside it the two simplest
 * orders: the longest prompt first, and the subject first whose mean gain on other prompts is greatest. `taught`: sets
 * that the weights were taught; in five parts, each of their prompts is judged by an expected gain that was learnt from
 * the other parts alone.
 */
export function worthBySet(file: string, taught: ReadonlySet<string>): Record<string, QualityFigures> {
  const rows = scoredRows(file);
  const { router, bySubject } = ordersFor(rows.filter((row) => taught.has(row.set)));
  const named = Map.groupBy(rows, ({ set, weakName, strongName }) => `${set}: ${weakName} → ${strongName}`);
  return Object.fromEntries(
    [...named].flatMap(([name, some]) => [
      [name, worth(some, router)],
      [`${name}, the longest first`, worth(some, ({ features: { texts } }) => texts.lastUser.length)],
      ...(new Set(some.filter(bySubject.knows).map((row) => row.subject)).size > 1
        ? [[`${name}, by the subject's mean gain`, worth(some, bySubject.order)] as const]
        : []),
    ]),
  );
}

function worth(rows: readonly ScoredRow[], order: Order): QualityFigures {
  return qualityOf(
    rows.map((row) => ({
      weak: row.weak,
      strong: row.strong,
      demand: order(row),
      weakCost: 0.05 * row.weakTokens,
      strongCost: row.strongTokens,
    })),
  );
}

interface Orders {
  readonly router: Order;
  readonly bySubject: { readonly knows: (row: ScoredRow) => boolean; readonly order: Order };
}

/** The router's order for prompts that what ships was taught, and for others; the subject's for the former. */
function ordersFor(lessons: readonly ScoredRow[]): Orders {
  const weights = readWeights(readFileSync(WEIGHTS));
  const shipped = createClassifier(weights);
  const read = createReader(weights.vectors);
  const known = new Set(lessons);
  const learnt = lessons.map((row) => ({ part: partOf(row), ...lessonOf(row, read(row.features)) }));
  const ordinary = lessons.length === 0 ? [] : ordinaryRows(read);
  const parts = Array.from({ length: lessons.length === 0 ? 0 : PARTS }, (_, part) => {
    const others = learnt.filter((lesson) => lesson.part !== part);
    const gain = smallGain(learnGain(others, ordinary, weights.hashes));
    return { classifier: createClassifier({ ...weights, gain }), means: meansOf(others) };
  });
  const classifierFor = (row: ScoredRow): Classifier =>
    known.has(row) ? (parts[partOf(row)]?.classifier ?? shipped) : shipped;
  return {
    router: (row) => demandOf(classifierFor(row).read(row.features.texts, row.features.signals)),
    bySubject: {
      knows: (row) => known.has(row),
      order: (row) => parts[partOf(row)]?.means.get(`${row.set} ${row.subject}`) ?? 0,
    },
  };
}

/** What a strong model is expected to gain, and how demanding the kinds of task are that it may be. */
function demandOf({ probabilities, gain }: Reading): number {
  const tier = LABEL_NAMES.reduce(
    (sum, label, at) => sum + (probabilities[at] ?? 0) * rank(LABELS[label as Label]),
    0,
  );
  return gain + TIER_WORTH * tier;
}

/** What a tier more counts beside the gain: little where scores were learnt from, and more elsewhere. */
const TIER_WORTH = 0.04;
