/**
 * `npm run train:router [-- --data rows.jsonl …]`: trains the local classifier on our own prompts and on the rows of
 * external files that may be passed on (`ship_ok`), and writes classifier/weights.bin. The temperature is fitted on
 * predictions for sources that the model has not seen. Takes a few minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWeights, writeWeights } from '../classifier/format.ts';
import { acrossSources } from './across-sources.ts';
import { figuresOf } from './figures.ts';
import { extractAll, fitTemperature, isKnown, learn, quantise } from './learn.ts';
import { externalRows, ownRows } from './rows.ts';

const FILE = join(import.meta.dirname, '../classifier/weights.bin');
const MAX_BYTES = 3 * 1024 * 1024;

const files = process.argv.flatMap((argument, index, all) =>
  argument === '--data' ? [all[index + 1] ?? ''] : [],
);
// The table of word vectors is kept: it is distilled apart (distil.ts) and does not depend on the labels.
const { vectors } = readWeights(readFileSync(FILE));
const external = files.flatMap((file) => externalRows(file, { shippable: true }));
const rows = [...ownRows(), ...external].filter(isKnown);
print(
  `${rows.length} rows: ${rows.length - external.length} of our own, ${external.length} of ${files.length} files.`,
);

const judged = acrossSources(
  rows,
  external.filter((row) => !row.authored),
  vectors,
  (family, some) => {
    const { rows: n, strict, lenient } = figuresOf(some, 1);
    print(`  without ${family}: ${n} rows, strict ${strict.toFixed(3)}, lenient ${lenient.toFixed(3)}`);
  },
);
const temperature = judged.length === 0 ? 1 : fitTemperature(judged);
if (judged.length > 0) {
  const figures = figuresOf(judged, temperature);
  print(
    `Unseen sources: strict ${figures.strict.toFixed(3)}, lenient ${figures.lenient.toFixed(3)}, macro-F1 ${figures.macroF1.toFixed(3)}, tier ${figures.tier.toFixed(3)}, under ${figures.under.toFixed(3)}, calibration error ${figures.calibration.toFixed(3)}`,
  );
}
const model = learn(rows, extractAll(rows, vectors), vectors.size);
const bytes = writeWeights(quantise(model, vectors, temperature), [...vectors.offsets.keys()]);
if (bytes.length > MAX_BYTES) throw new Error(`${bytes.length} bytes of weights; ${MAX_BYTES} are the limit`);
writeFileSync(FILE, bytes);
print(`${FILE}: ${(bytes.length / 1024 / 1024).toFixed(2)} MB, temperature ${temperature}`);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
