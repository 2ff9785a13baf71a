import type { RuleHits, RuleSetVersionResult } from '../../domain/rule-set-results.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { RuleKind } from './enum.ts';
import { RuleSetType } from './rule-set.ts';

const RuleSetResult = builder.objectRef<RuleSetVersionResult>('RuleSetResult').implement({
  description: 'What a version of a rule set has decided, to compare it with others of its scope.',
  fields: (t) => ({
    ruleSetId: t.exposeID('ruleSetId', { description: 'Id of the rule set.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    version: t.exposeInt('version', { description: 'Which of its versions.' }),
    requests: t.exposeInt('requests', { description: 'Requests that it has decided.' }),
    errors: t.exposeInt('errors', { description: 'Those that ended with an error.' }),
    actualCost: t.expose('actualCost', {
      type: 'USD',
      description: 'What they cost, without calls of the LLM classifier.',
    }),
    baselineCost: t.expose('baselineCost', {
      type: 'USD',
      description: 'The same usage on the baseline model.',
    }),
    savedCost: t.expose('savedCost', { type: 'USD', description: 'The baseline cost less the actual one.' }),
  }),
});

builder.queryField('ruleSetResults', (t) =>
  t.field({
    type: [RuleSetResult],
    description:
      'What the rule sets of one scope, or of all, have decided, by version, the busiest first: from the newest 50,000 routed requests.',
    authScopes: { can: 'ruleSet.read' },
    args: {
      id: t.arg.id({ description: 'Id of a rule set of the scope; those of all scopes when missing.' }),
      days: t.arg.int({ required: true, defaultValue: 7, description: 'So far back; 1 to 30.' }),
    },
    resolve: async (_root, { id, days }, context) => [
      ...(await context.domain.ruleSetRollouts.results(signedIn(context), id ?? null, days)),
    ],
  }),
);

const id = 'Id of the rule set.';

const RuleHitsType = builder.objectRef<RuleHits>('RuleSetRuleHits').implement({
  description: 'How often a rule has matched. It is known by its kind and name.',
  fields: (t) => ({
    kind: t.expose('kind', { type: RuleKind, description: 'What it looks for.' }),
    name: t.exposeString('name', { description: 'Its name, as it was then.' }),
    requests: t.exposeInt('requests', { description: 'Requests that it has matched.' }),
  }),
});

builder.queryField('ruleSetRuleHits', (t) =>
  t.field({
    type: [RuleHitsType],
    description:
      'How often the rules of a rule set have matched, the busiest first: from the newest 50,000 routed requests. A rule that is not among them has not.',
    authScopes: { can: 'ruleSet.read' },
    args: {
      id: t.arg.id({ required: true, description: id }),
      days: t.arg.int({ required: true, defaultValue: 1, description: 'So far back; 1 to 30.' }),
    },
    resolve: async (_root, { id, days }, context) => [
      ...(await context.domain.ruleSetRollouts.hits(signedIn(context), id, days)),
    ],
  }),
);

builder.mutationField('startRollout', (t) =>
  t.prismaField({
    type: RuleSetType,
    description:
      'Tries a rule set beside the default of its scope, on a share of the conversations: always the same ones, and more of them when the share grows.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: id }),
      share: t.arg.int({ required: true, description: 'Percent of the conversations, 1 to 99.' }),
    },
    resolve: async (query, _root, { id, share }, context) => {
      await context.domain.ruleSetRollouts.start(signedIn(context), id, share);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('promoteRollout', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Puts a rule set that is being rolled out in force for all, in place of the default.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [ConflictError, NotFoundError] },
    args: { id: t.arg.id({ required: true, description: id }) },
    resolve: async (query, _root, { id }, context) => {
      await context.domain.ruleSetRollouts.promote(signedIn(context), id);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('endRollout', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Switches back to the default for all, at once.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [ConflictError, NotFoundError] },
    args: { id: t.arg.id({ required: true, description: id }) },
    resolve: async (query, _root, { id }, context) => {
      await context.domain.ruleSetRollouts.end(signedIn(context), id);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);
