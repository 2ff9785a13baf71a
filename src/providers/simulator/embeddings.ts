import type { JsonObject, JsonValue } from '../adapter.ts';
import { createNumbers } from './text.ts';
import { countTokens } from './tokens.ts';

const DIMENSIONS = 256;

/** OpenAI's answer to an embeddings request; null = `input` is none. Vectors have length one and hang on the text alone. */
export function embed(body: JsonObject): JsonObject | null {
  const inputs = inputsOf(body['input']);
  if (inputs === null) return null;
  const asked = body['dimensions'];
  const dimensions =
    typeof asked === 'number' && Number.isInteger(asked) && asked > 0 ? Math.min(asked, 4096) : DIMENSIONS;
  const asBase64 = body['encoding_format'] === 'base64';
  const tokens = inputs.reduce(
    (sum, input) => sum + (typeof input === 'string' ? countTokens(input) : input.length),
    0,
  );
  return {
    object: 'list',
    data: inputs.map((input, index) => {
      const vector = vectorOf(typeof input === 'string' ? input : JSON.stringify(input), dimensions);
      return {
        object: 'embedding',
        index,
        embedding: asBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector,
      };
    }),
    model: typeof body['model'] === 'string' ? body['model'] : '',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** A text, texts, token ids, or lists of them. */
function inputsOf(input: JsonValue | undefined): readonly (string | readonly number[])[] | null {
  if (typeof input === 'string') return input === '' ? null : [input];
  if (!Array.isArray(input) || input.length === 0) return null;
  if (input.every((each) => typeof each === 'number')) return [input];
  const inputs: (string | readonly number[])[] = [];
  for (const each of input) {
    if (typeof each === 'string' && each !== '') inputs.push(each);
    else if (Array.isArray(each) && each.length > 0 && each.every((id) => typeof id === 'number'))
      inputs.push(each);
    else return null;
  }
  return inputs;
}

function vectorOf(text: string, dimensions: number): number[] {
  const next = createNumbers(`embedding ${text}`);
  const vector = Array.from({ length: dimensions }, () => next() * 2 - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => Math.fround(value / length));
}
