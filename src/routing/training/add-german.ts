/**
 * Adds the German words of german.txt that the table of word vectors lacks, without the encoder: each has the direction
 * and the length that the vectors of its English words have in the mean. Those that our own prompts use oftenest come
 * first, up to `MOST` words in all; what is in the table stays as it is. Run it when german.txt has grown, then
 * `npm run train:router`:
 *
 *     node src/routing/training/add-german.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWeights, writeWeights } from '../classifier/format.ts';
import type { WordVectors } from '../classifier/meaning.ts';
import { wordsOf } from '../signals/words.ts';
import { readGerman } from './german.ts';
import { ownRows } from './rows.ts';

const FILE = join(import.meta.dirname, '../classifier/weights.bin');
const MOST = 16_500;

const weights = readWeights(readFileSync(FILE));
const vectors = withGerman(
  weights.vectors,
  readGerman(),
  usesOf(ownRows().map((row) => row.features.texts.lastUser)),
);
writeFileSync(FILE, writeWeights({ ...weights, vectors }));
process.stdout.write(`${vectors.words.length} words, ${weights.vectors.words.length} before\n`);

/** In how many of the texts each word stands. */
function usesOf(texts: readonly string[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(wordsOf(text, 1_000))) uses.set(word, (uses.get(word) ?? 0) + 1);
  return uses;
}

function withGerman(
  { size, words, values }: WordVectors,
  german: ReadonlyMap<string, readonly string[]>,
  uses: ReadonlyMap<string, number>,
): WordVectors {
  const placeOf = new Map(words.map((word, place) => [word, place]));
  const vectorOf = (word: string): Int8Array | null => {
    const place = placeOf.get(word);
    return place === undefined ? null : values.subarray(place * size, (place + 1) * size);
  };
  const added = [...german]
    .filter(([word]) => !placeOf.has(word))
    .map(([word, meanings]) => ({ word, meanings: meanings.flatMap((it) => vectorOf(it) ?? []) }))
    .filter(({ meanings }) => meanings.length > 0)
    .toSorted((a, b) => (uses.get(b.word) ?? 0) - (uses.get(a.word) ?? 0))
    .slice(0, Math.max(0, MOST - words.length));
  const all = new Int8Array((words.length + added.length) * size);
  all.set(values);
  for (const [at, { meanings }] of added.entries())
    all.set(meanOf(meanings, size), (words.length + at) * size);
  return { size, words: [...words, ...added.map((it) => it.word)], values: all };
}

/** Mean direction, brought to the mean length. */
function meanOf(vectors: readonly Int8Array[], size: number): Int8Array {
  const sum = new Float64Array(size);
  let lengths = 0;
  for (const vector of vectors) {
    const length = Math.hypot(...vector) || 1;
    lengths += length;
    for (let d = 0; d < size; d += 1) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0) / length;
  }
  const factor = lengths / vectors.length / (Math.hypot(...sum) || 1);
  return Int8Array.from(sum, (value) => Math.max(-127, Math.min(127, Math.round(value * factor))));
}
