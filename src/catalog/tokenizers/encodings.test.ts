import { modelToEncodingMap } from 'gpt-tokenizer/mapping';
import { describe, expect, it } from 'vitest';
import { encodingOf } from './encodings.ts';

describe('the tokenizer of a model', () => {
  it.each([
    ['gpt-4o', 'o200k_base'],
    ['openai/gpt-4o-mini-2024-07-18', 'o200k_base'],
    ['gpt-4.1-nano', 'o200k_base'],
    ['gpt-5.4-mini', 'o200k_base'],
    ['o3', 'o200k_base'],
    ['openai/gpt-oss-120b', 'o200k_harmony'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-1106-preview', 'cl100k_base'],
    ['gpt-35-turbo', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
    ['claude-sonnet-4-5', null],
    ['gemini-2.5-pro', null],
    ['o30-unheard-of', null],
    ['my-gpt-4o', null],
    ['', null],
  ])('%s: %s', (model, expected) => {
    expect(encodingOf(model)).toBe(expected);
  });

  it('is what the library says, wherever we say one', () => {
    const known = Object.entries(modelToEncodingMap);
    expect(known.length).toBeGreaterThan(50);
    const different = known.filter(([model, encoding]) => {
      const ours = encodingOf(model);
      return ours !== null && ours !== encoding;
    });
    expect(different).toEqual([]);
  });
});
