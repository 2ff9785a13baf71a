import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { CL100K_TOKEN_SPLIT_REGEX, O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { countTokens, readRanks, type BytePairs } from './byte-pairs.ts';
import type { CountRequest, CountReply } from './tokenizers.ts';

// A thread of its own: it begins with the first question and ends when there are none, and its tables with it.

const TABLES = {
  o200k_base: { file: 'o200k_base', split: O200K_TOKEN_SPLIT_REGEX },
  // The same tokens but for the special ones, which are text here.
  o200k_harmony: { file: 'o200k_base', split: O200K_TOKEN_SPLIT_REGEX },
  cl100k_base: { file: 'cl100k_base', split: CL100K_TOKEN_SPLIT_REGEX },
};
const loaded = new Map<string, BytePairs>();

function load({ file, split }: (typeof TABLES)[keyof typeof TABLES]): BytePairs {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const path = fileURLToPath(import.meta.resolve(`gpt-tokenizer/data/${file}.tiktoken`));
  const pairs = { ranks: readRanks(readFileSync(path, 'latin1')), split };
  loaded.set(file, pairs);
  return pairs;
}

parentPort?.on('message', ({ id, encoding, texts }: CountRequest) => {
  const pairs = load(TABLES[encoding]);
  const reply: CountReply = { id, count: texts.reduce((sum, text) => sum + countTokens(pairs, text), 0) };
  parentPort?.postMessage(reply);
});
