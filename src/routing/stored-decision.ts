import { z } from 'zod';
import { DOMAINS, TIERS, type Classification, type RouteGiven, type Signals } from './types.ts';

/**
 * What a log row keeps of a decision, as far as deciding again needs it: no texts, so which rules matched is what it
 * says itself. Rows of before a member was kept have its default.
 */
const signals = z.object({
  tokens: z.number(),
  images: z.number(),
  audio: z.number(),
  tools: z.number(),
  structuredOutput: z.boolean(),
  turns: z.number(),
  toolResults: z.number(),
  continuation: z.boolean(),
  agent: z.string().nullable(),
  fillInMiddle: z.boolean(),
  codeLanguages: z.array(z.string()),
  language: z.string(),
  domain: z.enum(DOMAINS),
  frustration: z.number(),
  outputLength: z.enum(['short', 'medium', 'long']),
  maxOutputTokens: z.number().nullable(),
}) satisfies z.ZodType<Signals>;

const classification = z
  .object({
    category: z.string(),
    confidence: z.number(),
    ranking: z.array(z.object({ category: z.string(), probability: z.number() })),
    source: z.enum(['local', 'llm', 'marker', 'rule']),
    gain: z.number().optional(),
    reasoning: z.string().optional(),
  })
  .transform(({ gain, reasoning, ...rest }): Classification => ({
    ...rest,
    ...(gain === undefined ? {} : { gain }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }));

const session = z.object({
  candidate: z.string(),
  category: z.string(),
  tier: z.enum(TIERS),
  cachedTokens: z.number(),
  turns: z.number(),
  meanOutputTokens: z.number(),
});

const given = z.object({
  session: session.nullable(),
  named: z.string().nullable(),
  spentToday: z.number(),
}) satisfies z.ZodType<RouteGiven>;

const storedDecision = z.object({
  candidate: z.string().nullable(),
  signals,
  classification,
  rules: z.array(z.object({ kind: z.enum(['keyword', 'role']), name: z.string(), ruleSet: z.string() })),
  ruleSets: z.array(z.object({ id: z.string(), name: z.string(), version: z.number() })).default([]),
  given: given.default({ session: null, named: null, spentToday: 0 }),
});

export type StoredDecision = z.output<typeof storedDecision>;

/** Reads `trace.routing` of a log row; null = it was not routed, or by a version that nobody understands any more. */
export function readStoredDecision(routing: unknown): StoredDecision | null {
  return storedDecision.safeParse(routing).data ?? null;
}
