import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { BUILT_IN_RULE_SET } from './rule-set-defaults.ts';
import { definition, readDefinition } from './rule-set-schema.ts';
import { validate } from './validate.ts';

function problems(given: unknown): string[] {
  try {
    validate(definition, given, ['definition']);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad_input') throw error;
    return error.fields.map(({ path, message }) => `${path} ${message}`);
  }
}

const rule = { name: 'One', keywords: ['audit'], effects: { tierMin: 'high' } };

describe('a definition', () => {
  it('may be empty, and the built-in one is right', () => {
    expect(problems({})).toEqual([]);
    expect(problems(BUILT_IN_RULE_SET.definition)).toEqual([]);
  });

  it('is kept as it was given: nothing is filled in', () => {
    const given = {
      thresholds: { confidence: 0.5 },
      rules: [
        {
          ...rule,
          enabled: false,
          keywords: ['secur*', 'penetration test', '*sql*'],
          match: 'any',
          minMatches: 2,
          where: 'system',
          caseless: false,
          effects: {
            category: 'code_review',
            tierMin: 'low',
            tierMax: 'high',
            domain: 'security',
            model: 'a/b',
          },
        },
      ],
      systemPromptRoles: [{ ...rule, match: 'all' }],
      overrides: {
        vision: { enabled: false },
        toolCalls: { minTier: 'low' },
        confidence: { threshold: 0.3, minTier: 'high' },
        domainGate: {},
        conversationTurns: { enabled: true, turns: 6 },
        frustration: { threshold: 0.9 },
        outputLength: { minTier: 'medium' },
        contextFill: { share: 0.5 },
        budgetEconomy: { enabled: true },
      },
      classifier: { timeoutMs: 900, strategy: 'metadata_only', dailyBudget: null },
    };
    expect(validate(definition, given)).toEqual(given);
    expect(readDefinition(JSON.parse(JSON.stringify(given)))).toEqual(given);
  });

  it.each([
    [
      { rules: [rule, { ...rule, keywords: ['ok', '(a+)+$'] }] },
      /^definition\.rules\.1\.keywords\.1 must be plain words/,
    ],
    [{ rules: [{ ...rule, keywords: ['a*b'] }] }, /^definition\.rules\.0\.keywords\.0 may hold "\*"/],
    [{ rules: [{ ...rule, keywords: [] }] }, /^definition\.rules\.0\.keywords must have at least 1 items/],
    [
      { rules: [{ ...rule, keywords: ['x'.repeat(101)] }] },
      /^definition\.rules\.0\.keywords\.0 must have at most 100/,
    ],
    [{ rules: [{ ...rule, keywords: ['a\0'] }] }, /^definition\.rules\.0\.keywords\.0 must be one line/],
    [
      { rules: [{ ...rule, pattern: '.*' }] },
      /^definition\.rules\.0 has members that mean nothing here: pattern/,
    ],
    [{ rules: [{ ...rule, effects: {} }] }, /^definition\.rules\.0\.effects must say what to do/],
    [
      { rules: [{ ...rule, effects: { tierMin: 'premium' } }] },
      /^definition\.rules\.0\.effects\.tierMin must be one of/,
    ],
    [
      { rules: [{ ...rule, effects: { tierMin: 'high', tierMax: 'low' } }] },
      /^definition\.rules\.0\.effects\.tierMax must not/,
    ],
    [
      { rules: [{ ...rule, effects: { domain: 'sports' } }] },
      /^definition\.rules\.0\.effects\.domain must be one of/,
    ],
    [
      { rules: [{ ...rule, effects: { category: 'No' } }] },
      /^definition\.rules\.0\.effects\.category must be the key/,
    ],
    [
      { rules: [{ ...rule, effects: { model: 'a b' } }] },
      /^definition\.rules\.0\.effects\.model must be the name/,
    ],
    [{ rules: [{ ...rule, minMatches: 2 }] }, /^definition\.rules\.0\.minMatches must not be more/],
    [{ rules: [{ ...rule, where: 'everywhere' }] }, /^definition\.rules\.0\.where must be one of/],
    [{ rules: [{ ...rule, name: ' x' }] }, /^definition\.rules\.0\.name must not begin/],
    [{ rules: Array.from({ length: 201 }, () => rule) }, /^definition\.rules must have at most 200/],
    [{ systemPromptRoles: [{ ...rule, where: 'system' }] }, /^definition\.systemPromptRoles\.0 has members/],
    [
      { systemPromptRoles: [{ ...rule, match: 'all', minMatches: 2, keywords: ['a', 'b'] }] },
      /minMatches must not/,
    ],
    [{ thresholds: { confidence: 1.5 } }, /^definition\.thresholds\.confidence must be at most 1/],
    [
      { overrides: { vision: { enabled: 'yes' } } },
      /^definition\.overrides\.vision\.enabled must be a boolean/,
    ],
    [{ overrides: { magic: {} } }, /^definition\.overrides has members that mean nothing here: magic/],
    [
      { overrides: { conversationTurns: { turns: 1 } } },
      /^definition\.overrides\.conversationTurns\.turns must/,
    ],
    [{ classifier: { timeoutMs: 5 } }, /^definition\.classifier\.timeoutMs must be at least 100/],
    [{ costMode: 'economy' }, /^definition has members that mean nothing here: costMode/],
    [{ rules: null }, /^definition\.rules must be an array/],
    [[], /^definition must be an object/],
    ['x', /^definition must be an object/],
  ])('%o is refused', (given, message) => {
    expect(problems(given).join('\n')).toMatch(message);
  });

  it('of more than 64 KB is refused', () => {
    const keywords = Array.from({ length: 100 }, (_, n) => `${n}${'x'.repeat(90)}`);
    const rules = Array.from({ length: 10 }, () => ({ ...rule, keywords }));
    expect(problems({ rules })).toEqual(['definition must be smaller than 64 KB as JSON']);
  });

  it('whatever it is, is refused with a field, or comes back from JSON as it went in', () => {
    const anything = fc.anything({ withNullPrototype: true, maxDepth: 4 });
    const loose = <T>(value: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: anything });
    const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
      fc.record(fields, { requiredKeys: [] });
    const tier = loose(fc.constantFrom('micro', 'medium', 'critical'));
    const condition = {
      name: loose(fc.string({ minLength: 1, maxLength: 8 })),
      enabled: loose(fc.boolean()),
      keywords: loose(
        fc.array(loose(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })), { maxLength: 3 }),
      ),
      match: loose(fc.constantFrom('any', 'all')),
      minMatches: loose(fc.integer({ min: 0, max: 4 })),
      caseless: loose(fc.boolean()),
      effects: loose(
        some({
          category: loose(fc.constantFrom('translation', '__proto__')),
          tierMin: tier,
          tierMax: tier,
          domain: loose(fc.constant('legal')),
          model: loose(fc.string({ unit: 'binary' })),
        }),
      ),
    };
    const given = some({
      thresholds: loose(some({ confidence: loose(fc.double()) })),
      rules: loose(
        fc.array(loose(fc.record(condition, { requiredKeys: ['name', 'keywords', 'effects'] })), {
          maxLength: 3,
        }),
      ),
      systemPromptRoles: loose(fc.array(loose(fc.record(condition)), { maxLength: 2 })),
      overrides: loose(
        fc.dictionary(
          fc.constantFrom('vision', 'toolCalls', 'contextFill', 'magic'),
          loose(some({ enabled: loose(fc.boolean()), share: loose(fc.double()) })),
          { maxKeys: 3 },
        ),
      ),
      classifier: loose(some({ timeoutMs: loose(fc.integer()), dailyBudget: loose(fc.double()) })),
    });
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(given, anything), (value) => {
        const found = problems(value);
        if (found.length > 0) return found.every((text) => text.startsWith('definition'));
        taken += 1;
        const stored: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(JSON.stringify(readDefinition(stored)))).toEqual(stored);
        return true;
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(5);
  });
});
