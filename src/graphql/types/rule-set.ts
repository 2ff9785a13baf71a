import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { uuidOrNone } from '../uuid.ts';

const FIRST_VERSIONS = 20;
const MOST_VERSIONS = 100;

export const DEFINITION =
  '{ thresholds?, rules?, systemPromptRoles?, overrides?, classifier? }. A rule: { name, keywords, effects: { category?, tierMin?, tierMax?, domain?, model? }, match?: any|all, minMatches?, where?: prompt|system|any, caseless?, enabled? }. A keyword is a word or phrase, "*" at either end stands for the rest of a word; there are no regular expressions. What is left out is inherited.';

builder.prismaObject('RuleSetVersion', {
  description: 'A definition that a rule set has, or had.',
  authScopes: { can: 'ruleSet.read' },
  fields: (t) => ({
    version: t.exposeInt('version', { description: '1 at first, ascending.' }),
    definition: t.expose('definition', { type: 'JSONObject', description: 'What it said.' }),
    note: t.exposeString('note', { description: 'Why it was made; "" = nobody said.' }),
    actorName: t.exposeString('actorName', { description: 'Who made it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

export const RuleSetType = builder.prismaObject('RuleSet', {
  description: 'Rules by which requests for the model "auto" are routed: for all tenants, or for one.',
  authScopes: { can: 'ruleSet.read' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the rule set.' }),
    tenantId: t.exposeID('tenantId', { nullable: true, description: 'Whose it is; null = for all tenants.' }),
    tenant: t.relation('tenant', { nullable: true, description: 'Whose it is; null = for all tenants.' }),
    name: t.exposeString('name', { description: 'Its name, unique in its scope.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    isDefault: t.exposeBoolean('isDefault', {
      description:
        'It is the one in force: for its tenant, or for every tenant that has none in force of its own.',
    }),
    version: t.exposeInt('version', {
      description: '1 at first, one more with each change of the definition.',
    }),
    definition: t.expose('definition', { type: 'JSONObject', description: DEFINITION }),
    rolloutShare: t.exposeInt('rolloutShare', {
      nullable: true,
      description:
        'Percent of the conversations of its scope that it is tried on, beside the default; null = on none.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    versions: t.relation('versions', {
      description: 'Its definitions, the newest first; the first of them is in force.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: FIRST_VERSIONS,
          description: `How many; at most ${MOST_VERSIONS}.`,
        }),
      },
      query: ({ first }) => ({
        orderBy: { version: 'desc' },
        take: Math.min(Math.max(first, 0), MOST_VERSIONS),
      }),
    }),
  }),
});

const RuleSetRemoved = builder
  .objectRef<{ readonly id: string; readonly name: string }>('RuleSetRemoved')
  .implement({
    description: 'A removed rule set; its versions went with it.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Id it had.' }),
      name: t.exposeString('name', { description: 'Name it had.' }),
    }),
  });

const RuleSetInput = builder.inputType('RuleSetInput', {
  description:
    'A rule set, or changes to one; what is missing or null stays as it is, or is empty in a new one.',
  fields: (t) => ({
    name: t.string({ description: 'Its name, unique in its scope. A new one must have it.' }),
    description: t.string({ description: 'What it is for.' }),
    tenantId: t.id({ description: 'Whose it is; missing = for all tenants. Never changes.' }),
    isDefault: t.boolean({ description: 'True puts it in force in place of the one that was.' }),
    definition: t.field({ type: 'JSONObject', description: DEFINITION }),
    note: t.string({ description: 'Why the definition changes; kept with the version that it becomes.' }),
    baseVersion: t.int({
      description: 'The version that was edited: a conflict when somebody has made another one since.',
    }),
  }),
});

builder.queryField('ruleSets', (t) =>
  t.prismaField({
    type: [RuleSetType],
    description: 'The rule sets, those for all tenants first, by name.',
    authScopes: { can: 'ruleSet.read' },
    args: { tenantId: t.arg.id({ description: 'Only those of this tenant.' }) },
    resolve: (query, _root, { tenantId }, { db }) =>
      db.ruleSet.findMany({
        ...query,
        ...(tenantId == null ? {} : { where: { tenantId: uuidOrNone(tenantId) } }),
        orderBy: [{ tenantId: { sort: 'asc', nulls: 'first' } }, { name: 'asc' }],
      }),
  }),
);

builder.queryField('ruleSet', (t) =>
  t.prismaField({
    type: RuleSetType,
    nullable: true,
    description: 'One rule set; null = there is none with this id.',
    authScopes: { can: 'ruleSet.read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the rule set.' }) },
    resolve: (query, _root, { id }, { db }) =>
      db.ruleSet.findUnique({ ...query, where: { id: uuidOrNone(id) } }),
  }),
);

builder.mutationField('createRuleSet', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Adds a rule set. It is not in force before it is the default of its scope.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: RuleSetInput, required: true, description: 'The new rule set.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await context.domain.ruleSets.create(signedIn(context), input);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateRuleSet', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Changes a rule set. A definition that differs becomes a new version; the old ones stay.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the rule set.' }),
      input: t.arg({ type: RuleSetInput, required: true, description: 'The changes.' }),
    },
    resolve: async (query, _root, { id, input }, context) => {
      await context.domain.ruleSets.update(signedIn(context), id, input);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('deleteRuleSet', (t) =>
  t.field({
    type: RuleSetRemoved,
    description: 'Removes a rule set with its versions; not one that is the default.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [ConflictError, NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the rule set.' }) },
    resolve: (_root, { id }, context) => context.domain.ruleSets.remove(signedIn(context), id),
  }),
);

builder.mutationField('setDefaultRuleSet', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Puts a rule set in force in its scope, in place of the one that was.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the rule set.' }) },
    resolve: async (query, _root, { id }, context) => {
      await context.domain.ruleSets.setDefault(signedIn(context), id);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('restoreRuleSetVersion', (t) =>
  t.prismaField({
    type: RuleSetType,
    description: 'Makes an old definition the newest version.',
    authScopes: { can: 'ruleSet.write' },
    errors: { types: [BadInputError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the rule set.' }),
      version: t.arg.int({ required: true, description: 'Which of its versions.' }),
    },
    resolve: async (query, _root, { id, version }, context) => {
      await context.domain.ruleSets.restoreVersion(signedIn(context), id, version);
      return context.db.ruleSet.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);
