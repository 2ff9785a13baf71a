import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier, type Classifier } from '../classifier/classifier.ts';
import { hashText } from '../classifier/hash.ts';
import { readWeights } from '../classifier/format.ts';
import { readSignals } from '../signals/read-signals.ts';
import type { RequestTexts, Signals } from '../types.ts';
import { edited, HARMLESS } from './edits.ts';
import { noGain } from './gain.ts';
import { extractAll, isKnown, learn, type Judged } from './learn.ts';
import { quantise } from './quantise.ts';
import type { LabelledRow } from './rows.ts';

const FOLDS = 5;
/** The file that ships. */
export const WEIGHTS = join(import.meta.dirname, '../classifier/weights.bin');

export function openShipped(): Classifier {
  return createClassifier(readWeights(readFileSync(WEIGHTS)));
}

/** Predictions for rows that the model has not seen, and how often another wording changes them. */
export interface CrossValidated {
  readonly judged: readonly Judged[];
  /** Share of rows whose category changes, by edit. */
  readonly flips: Readonly<Record<string, number>>;
}

/**
 * Our own set against itself, in five parts: each is judged by a model that was trained on the others, made as small as
 * the one that ships. Rows with the same system prompt stay together. (The model that ships has seen them all: on them
 * it shows nothing.) `parts`: so many of the five are judged.
 */
export function crossValidate(rows: readonly LabelledRow[], parts = FOLDS): CrossValidated {
  const { vectors, temperature } = readWeights(readFileSync(WEIGHTS));
  const known = rows.filter(isKnown);
  const extracted = extractAll(known, vectors);
  const judged: Judged[] = [];
  const flips = new Map<string, number>();
  for (let fold = 0; fold < parts; fold += 1) {
    const held = known.filter((row) => foldOf(row) === fold);
    const model = learn(
      known.filter((row) => foldOf(row) !== fold),
      extracted,
    );
    const gain = noGain(model.matrix.length / model.classes);
    const classifier = createClassifier(quantise(model, gain, vectors, temperature));
    judged.push(...judge(classifier, held));
    for (const [edit, count] of countFlips(classifier, held)) flips.set(edit, (flips.get(edit) ?? 0) + count);
  }
  return {
    judged,
    flips: Object.fromEntries([...flips].map(([edit, count]) => [edit, count / judged.length])),
  };
}

function foldOf({ features: { texts } }: LabelledRow): number {
  return (hashText(texts.system === '' ? texts.lastUser : texts.system, 7) >>> 0) % FOLDS;
}

/** Log probabilities stand in for scores: temperature 1 leaves them as they are. */
export function judge(classifier: Classifier, rows: readonly LabelledRow[]): Judged[] {
  return rows.filter(isKnown).map((row) => ({
    row,
    scores: classifier
      .read(row.features.texts, row.features.signals)
      .probabilities.map((probability) => Math.log(Math.max(1e-12, probability))),
  }));
}

function countFlips(classifier: Classifier, rows: readonly LabelledRow[]): [edit: string, count: number][] {
  const plain = rows.map(({ features: { texts, signals } }) => categoryOf(classifier, texts, signals));
  return Object.entries(HARMLESS).map(([name, edit]) => {
    const flipped = rows.filter(({ features: { texts, signals } }, at) => {
      const other = edited(texts, edit);
      return categoryOf(classifier, other, measuredAnew(other, signals)) !== plain[at];
    });
    return [name, flipped.length];
  });
}

/** What an edit of the text may change is measured again; tools and turns stay. */
function measuredAnew(texts: RequestTexts, before: Signals): Signals {
  const messages = [
    ...(texts.system === '' ? [] : [{ role: 'system', content: texts.system }]),
    { role: 'user', content: texts.lastUser },
  ];
  const { language, domain, codeLanguages } = readSignals({ messages }).signals;
  return { ...before, language, domain, codeLanguages };
}

function categoryOf(classifier: Classifier, texts: RequestTexts, signals: Signals): string {
  return classifier.classify(texts, signals).category;
}
