import type {
  Classification,
  Decision,
  FiredRule,
  OverrideFired,
  RuleEffect,
  RuleSetVersion,
  ScoredCandidate,
  SessionVerdict,
} from '../../domain/routing-types.ts';
import { builder } from '../builder.ts';
import { ClassificationSource, RoutingComplexity, RoutingDomain, RuleKind, Tier } from './enum.ts';
import { RoutingSignals } from './routing-signals.ts';

const CANDIDATE = '"<provider slug>/<model id>"';

const Guess = builder.objectRef<Classification['ranking'][number]>('ClassificationGuess').implement({
  description: 'A category that it may be.',
  fields: (t) => ({
    category: t.exposeString('category', { description: 'Key of the category.' }),
    probability: t.exposeFloat('probability', { description: '0 to 1.' }),
  }),
});

const ClassificationType = builder.objectRef<Classification>('Classification').implement({
  description: 'What a request was taken for.',
  fields: (t) => ({
    category: t.exposeString('category', { description: 'Key of the category.' }),
    confidence: t.exposeFloat('confidence', { description: '0 to 1: how often such an answer is right.' }),
    ranking: t.field({
      type: [Guess],
      description: 'The likeliest, best first.',
      resolve: ({ ranking }) => [...ranking],
    }),
    source: t.expose('source', { type: ClassificationSource, description: 'Who says so.' }),
    gain: t.float({
      nullable: true,
      description:
        'How much better a strong model’s answer is expected to be than a weak one’s, from −1 to 1: an estimate, learnt from scored prompts. Where it is great, the highest of the tiers in question is taken. Null = nobody has estimated it.',
      resolve: ({ gain }) => gain ?? null,
    }),
    reasoning: t.string({
      nullable: true,
      description: 'The LLM classifier’s own words; null = it was not asked.',
      resolve: ({ reasoning }) => reasoning ?? null,
    }),
  }),
});

const Effect = builder.objectRef<RuleEffect>('RoutingRuleEffect').implement({
  description: 'What a rule does; null = it does not concern itself with that.',
  fields: (t) => ({
    category: t.string({
      nullable: true,
      description: 'Takes the request for this category.',
      resolve: ({ category }) => category ?? null,
    }),
    tierMin: t.field({
      type: Tier,
      nullable: true,
      description: 'At least this tier.',
      resolve: ({ tierMin }) => tierMin ?? null,
    }),
    tierMax: t.field({
      type: Tier,
      nullable: true,
      description: 'At most this tier.',
      resolve: ({ tierMax }) => tierMax ?? null,
    }),
    domain: t.field({
      type: RoutingDomain,
      nullable: true,
      description: 'Takes it to be of this subject.',
      resolve: ({ domain }) => domain ?? null,
    }),
    model: t.string({
      nullable: true,
      description: 'Wants this model.',
      resolve: ({ model }) => model ?? null,
    }),
  }),
});

const Fired = builder.objectRef<FiredRule>('RoutingRuleFired').implement({
  description: 'A rule that matched.',
  fields: (t) => ({
    kind: t.expose('kind', { type: RuleKind, description: 'What it looks for.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    ruleSet: t.exposeString('ruleSet', { description: 'Name of its rule set.' }),
    effect: t.field({ type: Effect, description: 'What it does.', resolve: ({ effect }) => effect }),
  }),
});

const UsedRuleSet = builder.objectRef<RuleSetVersion>('RoutingRuleSet').implement({
  description: 'A rule set that had a say.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id; "draft" = one that is not stored.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    version: t.exposeInt('version', { description: 'Which version of it; 0 = one that is not stored.' }),
  }),
});

const Override = builder.objectRef<OverrideFired>('RoutingOverride').implement({
  description: 'A correction of the tier.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '"tool_calls", "domain_gate", …' }),
    from: t.expose('from', { type: Tier, description: 'The tier before.' }),
    to: t.expose('to', { type: Tier, description: 'The tier after.' }),
  }),
});

const CandidateType = builder.objectRef<ScoredCandidate>('RoutingCandidate').implement({
  description: 'A model that the tenant may use, and what speaks for and against it.',
  fields: (t) => ({
    key: t.exposeString('key', { description: `${CANDIDATE}.` }),
    tier: t.expose('tier', { type: Tier, nullable: true, description: 'Its tier; null = not known.' }),
    score: t.exposeFloat('score', {
      nullable: true,
      description: 'Higher is better, within its tier; null = it is excluded.',
    }),
    cost: t.expose('cost', {
      type: 'USD',
      nullable: true,
      description: 'Expected for this request; null = its price is not known.',
    }),
    quality: t.exposeFloat('quality', {
      nullable: true,
      description: '0 to 100 on the category’s axis; null = nobody’s is known.',
    }),
    imputed: t.exposeBoolean('imputed', {
      description: 'Its quality or price was taken from the others of its tier, for want of its own.',
    }),
    excluded: t.exposeString('excluded', {
      nullable: true,
      description: 'Why it cannot serve; null = it can.',
    }),
  }),
});

const Session = builder.objectRef<SessionVerdict>('RoutingSession').implement({
  description: 'Why a conversation stayed with its model, or moved.',
  fields: (t) => ({
    stayed: t.exposeBoolean('stayed', { description: 'Whether it stayed.' }),
    model: t.exposeString('model', { description: `The model that it was with: ${CANDIDATE}.` }),
    saving: t.expose('saving', {
      type: 'USD',
      description: 'What moving would save over the rest of it, as expected.',
    }),
    lostCache: t.expose('lostCache', { type: 'USD', description: 'What the lost prompt cache costs.' }),
  }),
});

/** The fields of a decision. */
export const RoutingDecision = builder.objectRef<Decision>('RoutingDecision').implement({
  description: 'Who should serve a request, how that was found, and why.',
  fields: (t) => ({
    model: t.exposeString('candidate', {
      nullable: true,
      description: `Who serves it: ${CANDIDATE}; null = nobody can.`,
    }),
    modelId: t.string({
      nullable: true,
      description: 'Its model, as the provider spells it.',
      resolve: ({ candidate }) => candidate?.slice(candidate.indexOf('/') + 1) ?? null,
    }),
    providerSlug: t.string({
      nullable: true,
      description: 'Its provider.',
      resolve: ({ candidate }) => candidate?.slice(0, candidate.indexOf('/')) ?? null,
    }),
    refusal: t.exposeString('refusal', {
      nullable: true,
      description: 'Why nobody can; null = somebody can.',
    }),
    category: t.exposeString('category', { description: 'What it was taken for at last.' }),
    domain: t.expose('domain', { type: RoutingDomain, description: 'Its subject.' }),
    complexity: t.expose('complexity', { type: RoutingComplexity, description: 'How demanding it is.' }),
    tier: t.expose('tier', { type: Tier, description: 'The tier that it needs.' }),
    confidence: t.exposeFloat('confidence', { description: '0 to 1: how sure the classification is.' }),
    classification: t.expose('classification', {
      type: ClassificationType,
      description: 'What it was taken for at first.',
    }),
    signals: t.expose('signals', { type: RoutingSignals, description: 'What was measured.' }),
    rules: t.field({
      type: [Fired],
      description: 'Rules that matched, in their order.',
      resolve: ({ rules }) => [...rules],
    }),
    ruleSets: t.field({
      type: [UsedRuleSet],
      description: 'The rule sets that it was decided by, in their order.',
      resolve: ({ ruleSets }) => [...ruleSets],
    }),
    overrides: t.field({
      type: [Override],
      description: 'Corrections of the tier, in the order in which they were made.',
      resolve: ({ overrides }) => [...overrides],
    }),
    candidates: t.field({
      type: [CandidateType],
      description: 'All models that the tenant may use.',
      resolve: ({ candidates }) => [...candidates],
    }),
    alternatives: t.stringList({
      description: 'Who steps in if it fails, in this order.',
      resolve: ({ alternatives }) => [...alternatives],
    }),
    baseline: t.exposeString('baseline', {
      nullable: true,
      description: 'What its cost is compared with; null = with nothing.',
    }),
    selectionMethod: t.exposeString('selectionMethod', {
      description:
        'category_default, benchmark_economy, benchmark_balanced, benchmark_quality, rule_model, session or only_candidate.',
    }),
    session: t.expose('session', {
      type: Session,
      nullable: true,
      description: 'Of a conversation that goes on, where there was something to weigh; else null.',
    }),
    reasoning: t.exposeString('reasoning', { description: 'All of it in one line.' }),
    analysisTimeMs: t.float({ description: 'How long it took.', resolve: ({ ms }) => ms }),
  }),
});
