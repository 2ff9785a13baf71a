/**
 * `npm run train:router [-- --data rows.jsonl …] [-- --scored scored.jsonl --sets mmlu,gsm8k]`: trains the local
 * classifier on our own prompts and on the rows of external files that may be passed on (`ship_ok`), and writes
 * classifier/weights.bin. The temperature is fitted on predictions for sources that the model has not seen. `--scored`:
 * prompts with the scores of models, of which those of the named sets teach where a strong model is worth its price.
 * `--quick`: leaves the unseen sources out and keeps the temperature. `--gain-only`: keeps the classifier, and learns the
 * gain anew. Takes some minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Weights } from '../classifier/classifier.ts';
import { DENSE_VIEWS } from '../classifier/features.ts';
import { readWeights, writeWeights } from '../classifier/format.ts';
import { acrossSources } from './across-sources.ts';
import { figuresOf } from './figures.ts';
import { learnGain, lessonOf, noGain, ordinaryRows, type FittedGain } from './gain.ts';
import { createReader, extractAll, isKnown, learn, type Extracted } from './learn.ts';
import { quantise, smallGain } from './quantise.ts';
import { externalRows, ownRows, type LabelledRow } from './rows.ts';
import { scoredRows } from './scored.ts';
import { fitTemperature } from './temperature.ts';

const FILE = join(import.meta.dirname, '../classifier/weights.bin');
const MAX_BYTES = 3 * 1024 * 1024;

// The table of word vectors is kept: it is distilled apart (distil.ts) and does not depend on the labels.
const before = readWeights(readFileSync(FILE));
const { vectors } = before;
const weights = process.argv.includes('--gain-only')
  ? { ...before, gain: smallGain(gainFor(before.hashes)) }
  : trainWhole();
const bytes = writeWeights(weights);
if (bytes.length > MAX_BYTES) throw new Error(`${bytes.length} bytes of weights; ${MAX_BYTES} are the limit`);
writeFileSync(FILE, bytes);
print(`${FILE}: ${(bytes.length / 1024 / 1024).toFixed(2)} MB, temperature ${weights.temperature}`);

function trainWhole(): Weights {
  const files = valuesOf('--data');
  const external = files.flatMap((file) => externalRows(file, { shippable: true }));
  const rows = [...ownRows(), ...external].filter(isKnown);
  print(
    `${rows.length} rows: ${rows.length - external.length} of our own, ${external.length} of ${files.length} files.`,
  );
  const extracted = extractAll(rows, vectors);
  const temperature = process.argv.includes('--quick')
    ? before.temperature
    : temperatureFor(rows, external, extracted);
  const model = learn(rows, extracted);
  return quantise(model, gainFor(model.hashes), vectors, temperature);
}

/** Fitted on predictions for sources that the model has not seen. */
function temperatureFor(
  rows: readonly LabelledRow[],
  external: readonly LabelledRow[],
  extracted: Extracted,
): number {
  const judged = acrossSources(
    rows,
    external.filter((row) => isKnown(row) && !row.authored),
    extracted,
    (family, some) => {
      const { rows: n, strict, lenient } = figuresOf(some, 1);
      print(`  without ${family}: ${n} rows, strict ${strict.toFixed(3)}, lenient ${lenient.toFixed(3)}`);
    },
  );
  if (judged.length === 0) return before.temperature;
  const temperature = fitTemperature(judged);
  const it = figuresOf(judged, temperature);
  const cells = [it.strict, it.lenient, it.macroF1, it.tier, it.under, it.calibration].map((value) =>
    value.toFixed(3),
  );
  print(`Unseen sources: strict, lenient, macro-F1, tier, under, calibration error: ${cells.join(', ')}`);
  return temperature;
}

/** `known`: hashes of the features that the model has rows for. */
function gainFor(known: Int32Array): FittedGain {
  const sets = new Set(valuesOf('--sets').flatMap((value) => value.split(',')));
  const read = createReader(vectors);
  const lessons = valuesOf('--scored')
    .flatMap(scoredRows)
    .filter((row) => sets.has(row.set))
    .map((row) => lessonOf(row, read(row.features)));
  print(`${lessons.length} scored prompts.`);
  return lessons.length === 0
    ? noGain(known.length + DENSE_VIEWS * vectors.size)
    : learnGain(lessons, ordinaryRows(read), known);
}

function valuesOf(name: string): string[] {
  return process.argv.flatMap((argument, at, all) => (argument === name ? [all[at + 1] ?? ''] : []));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
