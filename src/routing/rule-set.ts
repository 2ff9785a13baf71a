import { z } from 'zod';
import { keywordProblem, MAX_KEYWORD_LENGTH } from './keywords.ts';
import { DOMAINS, TIERS } from './types.ts';

/**
 * What a rule set says, as it is stored: exactly what was given, nothing filled in. What a set leaves out is inherited
 * (the tenant's settings, the tenant's set, the global set, the defaults of settings.ts); so a set may be as small as
 * one keyword.
 */

const MAX_RULES = 200;
const MAX_KEYWORDS = 100;

const tier = z.enum(TIERS);
const share = z.number().min(0).max(1);
const name = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must be one line of valid Unicode')
  .refine((text) => text === text.trim(), 'must not begin or end with white space');
/** "<id>" or "<provider-slug>/<id>". */
const model = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}\s]{1,256}$/u, 'must be the name of a model: 1 to 256 characters, no spaces');

const keyword = z
  .string()
  .min(1)
  .max(MAX_KEYWORD_LENGTH)
  .superRefine((text, context) => {
    const problem = keywordProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

const effects = z
  .strictObject({
    category: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be the key of a category')
      .optional(),
    tierMin: tier.optional(),
    tierMax: tier.optional(),
    domain: z.enum(DOMAINS).optional(),
    model: model.optional(),
  })
  .refine(
    (given) => Object.keys(given).length > 0,
    'must say what to do: category, tierMin, tierMax, domain, model',
  )
  .refine(
    ({ tierMin, tierMax }) => tierMin === undefined || tierMax === undefined || !above(tierMin, tierMax),
    { path: ['tierMax'], message: 'must not be below tierMin' },
  );

function above(a: (typeof TIERS)[number], b: (typeof TIERS)[number]): boolean {
  return TIERS.indexOf(a) > TIERS.indexOf(b);
}

/** Of a keyword rule and of a role: what must be there, and what follows. */
const condition = {
  name,
  /** True when missing. */
  enabled: z.boolean().optional(),
  keywords: z.array(keyword).min(1).max(MAX_KEYWORDS),
  /** "any" when missing. */
  match: z.enum(['any', 'all']).optional(),
  /** With "any": so many different ones; 1 when missing. */
  minMatches: z.int().min(1).max(MAX_KEYWORDS).optional(),
  /** Upper and lower case are the same; true when missing. */
  caseless: z.boolean().optional(),
  effects,
};

interface Counted {
  readonly keywords: readonly string[];
  readonly match?: 'any' | 'all' | undefined;
  readonly minMatches?: number | undefined;
}

function countable({ keywords, match, minMatches = 1 }: Counted): boolean {
  return minMatches <= keywords.length && (minMatches === 1 || match !== 'all');
}
const COUNTABLE = {
  path: ['minMatches'],
  message: 'must not be more than there are keywords, and has no meaning with match "all"',
};

const keywordRule = z
  .strictObject({
    ...condition,
    /** The last message of a person, the system prompt, or either; "any" when missing. */
    where: z.enum(['prompt', 'system', 'any']).optional(),
  })
  .refine(countable, COUNTABLE);

const systemPromptRole = z.strictObject(condition).refine(countable, COUNTABLE);

const enabled = z.boolean().optional();

/** A part of what `overrides` in settings.ts has in full: what each of them means stands there and in types.ts. */
const overrides = z.strictObject({
  vision: z.strictObject({ enabled }).optional(),
  toolCalls: z.strictObject({ enabled, minTier: tier.optional() }).optional(),
  confidence: z.strictObject({ enabled, threshold: share.optional(), minTier: tier.optional() }).optional(),
  domainGate: z.strictObject({ enabled, minTier: tier.optional() }).optional(),
  conversationTurns: z.strictObject({ enabled, turns: z.int().min(2).max(1000).optional() }).optional(),
  frustration: z.strictObject({ enabled, threshold: share.optional() }).optional(),
  outputLength: z.strictObject({ enabled, minTier: tier.optional() }).optional(),
  contextFill: z.strictObject({ enabled, share: share.optional() }).optional(),
  budgetEconomy: z
    .strictObject({
      enabled,
      dailyBudget: z.number().positive().max(1e9).nullable().optional(),
      share: share.optional(),
    })
    .optional(),
});

/** The LLM classifier, asked where local confidence is below the threshold; which model is the tenant's choice. */
const classifier = z.strictObject({
  timeoutMs: z.int().min(100).max(30_000).optional(),
  strategy: z.enum(['metadata_only', 'truncate', 'summary']).optional(),
  /** USD a day; null = no limit. */
  dailyBudget: z.number().min(0).max(1_000_000).nullable().optional(),
});

export const ruleSetDefinition = z.strictObject({
  thresholds: z
    .strictObject({
      /** Below it the LLM classifier is asked (where there is one). */
      confidence: share.optional(),
    })
    .optional(),
  /** In their order; all that match take effect. */
  rules: z.array(keywordRule).max(MAX_RULES).optional(),
  /** Told by the system prompt: what the model is there for. */
  systemPromptRoles: z.array(systemPromptRole).max(MAX_RULES).optional(),
  overrides: overrides.optional(),
  classifier: classifier.optional(),
});

export type RuleSetDefinition = z.output<typeof ruleSetDefinition>;
export type KeywordRule = z.output<typeof keywordRule>;
export type SystemPromptRole = z.output<typeof systemPromptRole>;
export type OverrideTuning = z.output<typeof overrides>;
export type ClassifierTuning = z.output<typeof classifier>;
