import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePolicy } from './model-policy.ts';

const none = new Map<string, string>();

describe('a model policy', () => {
  test('allows everything in mode all, whatever the list says', () => {
    expect(compilePolicy('all', ['gpt-4o'], none).allows('claude', 'anthropic')).toBe(true);
  });

  test('allows nothing with an empty whitelist, and everything with an empty blacklist', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, slug) => {
        expect(compilePolicy('whitelist', [], none).allows(id, slug)).toBe(false);
        expect(compilePolicy('blacklist', [], none).allows(id, slug)).toBe(true);
      }),
    );
  });

  test('matches the bare id on every provider, and a pinned name on that provider alone', () => {
    const policy = compilePolicy('whitelist', ['gpt-4o', 'azure/o3'], none);
    expect(policy.allows('gpt-4o', 'openai')).toBe(true);
    expect(policy.allows('gpt-4o', 'azure')).toBe(true);
    expect(policy.allows('o3', 'azure')).toBe(true);
    expect(policy.allows('o3', 'openai')).toBe(false);
    expect(policy.allows('o3', '')).toBe(false);
  });

  test('takes an alias in the list for its target, followed once', () => {
    const aliases = new Map([
      ['fast', 'gpt-4o-mini'],
      ['pinned', 'azure/gpt-4o'],
      ['twice', 'fast'],
    ]);
    const black = compilePolicy('blacklist', ['fast', 'pinned', 'twice'], aliases);
    expect(black.allows('gpt-4o-mini', 'openai')).toBe(false);
    expect(black.allows('gpt-4o', 'azure')).toBe(false);
    expect(black.allows('gpt-4o', 'openai')).toBe(true);
    const white = compilePolicy('whitelist', ['twice'], aliases);
    expect(white.allows('gpt-4o-mini', 'openai')).toBe(false);
  });

  test('does not let an alias get round the blacklist of its target', () => {
    const policy = compilePolicy('blacklist', ['gpt-4o'], new Map([['innocent', 'gpt-4o']]));
    expect(policy.allows('gpt-4o', 'openai')).toBe(false);
  });

  test('knows ids that hold "/" and ":"', () => {
    const policy = compilePolicy('whitelist', ['meta-llama/llama-3:free', 'router/qwen/qwen3:32b'], none);
    expect(policy.allows('meta-llama/llama-3:free', 'router')).toBe(true);
    expect(policy.allows('meta-llama/llama-3', 'router')).toBe(false);
    expect(policy.allows('qwen/qwen3:32b', 'router')).toBe(true);
    expect(policy.allows('qwen3:32b', 'router')).toBe(false);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'sees nothing special in %s',
    (name) => {
      expect(compilePolicy('whitelist', ['gpt-4o'], none).allows(name, name)).toBe(false);
      expect(compilePolicy('blacklist', ['gpt-4o'], none).allows(name, name)).toBe(true);
      expect(compilePolicy('whitelist', [name], none).allows(name, 'p')).toBe(true);
      expect(compilePolicy('blacklist', [name], none).allows(name, 'p')).toBe(false);
    },
  );

  test('is the opposite as a blacklist of what it is as a whitelist', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':'), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name), fc.dictionary(name, name), name, name, (list, pairs, id, slug) => {
        const aliases = new Map(Object.entries(pairs));
        const white = compilePolicy('whitelist', list, aliases).allows(id, slug);
        expect(compilePolicy('blacklist', list, aliases).allows(id, slug)).toBe(!white);
        const expected = list.some((entry) =>
          [entry, aliases.get(entry)].some((one) => one === id || (slug !== '' && one === `${slug}/${id}`)),
        );
        expect(white).toBe(expected);
      }),
    );
  });
});
