import type {
  Assignment,
  CategoryStanding,
  PresetApplied,
  PresetResult,
} from '../../domain/category-types.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError } from '../errors.ts';
import { SkipReason, Tier } from './enum.ts';

const PresetType = builder.objectRef<PresetResult>('CategoryPreset').implement({
  description: 'A profile of use: the categories that deserve a chosen model then.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its name for programs: "software_development".' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    description: t.exposeString('description', { description: 'Whom it suits.' }),
    color: t.exposeString('color', { description: 'Colour of its card.' }),
    icon: t.exposeString('icon', { description: 'Icon of its card.' }),
    categories: t.exposeStringList('categories', {
      description: 'Keys of the categories that it covers and that exist now.',
    }),
  }),
});

const AssignmentType = builder.objectRef<Assignment>('PresetAssignment').implement({
  description: 'A category that got a default model.',
  fields: (t) => ({
    category: t.exposeString('category', { description: 'Key of the category.' }),
    model: t.exposeString('model', {
      description:
        'Its default now: "<model id>"; with the provider’s slug before it where only that one counts.',
    }),
    tier: t.expose('tier', { type: Tier, description: 'The category’s tier.' }),
    score: t.exposeInt('score', {
      description: 'The model’s benchmark on the category’s axis, 0 to 100, rounded.',
    }),
  }),
});

const Skipped = builder.objectRef<PresetApplied['skippedCategories'][number]>('PresetSkipped').implement({
  description: 'A category that kept what it had.',
  fields: (t) => ({
    category: t.exposeString('category', { description: 'Key of the category.' }),
    reason: t.expose('reason', { type: SkipReason, description: 'Why.' }),
  }),
});

const PresetAppliedType = builder.objectRef<PresetApplied>('PresetsApplied').implement({
  description: 'What the presets did.',
  fields: (t) => ({
    profiles: t.exposeStringList('profiles', { description: 'Ids of the profiles.' }),
    categoriesConsidered: t.exposeInt('categoriesConsidered', {
      description: 'How many categories they cover together.',
    }),
    updated: t.exposeInt('updated', { description: 'How many of them got a new default model.' }),
    skipped: t.exposeInt('skipped', { description: 'How many kept what they had.' }),
    assignments: t.expose('assignments', {
      type: [AssignmentType],
      description: 'Those that got one, in the order of the categories.',
    }),
    skippedCategories: t.expose('skippedCategories', {
      type: [Skipped],
      description: 'Those that did not, and why.',
    }),
  }),
});

const ApplyCategoryPresetsInput = builder.inputType('ApplyCategoryPresetsInput', {
  description: 'Which profiles, and whose models.',
  fields: (t) => ({
    profileIds: t.idList({ required: true, description: 'Ids of `categoryPresets`; at least one.' }),
    providerId: t.id({ description: 'Only models of this provider; of all when missing.' }),
  }),
});

builder.queryField('categoryPresets', (t) =>
  t.field({
    type: [PresetType],
    description: 'The profiles that can be applied.',
    authScopes: { can: 'category.read' },
    complexity: { multiplier: 10 },
    resolve: (_root, _args, context) => context.domain.presets.list(signedIn(context)).then((it) => [...it]),
  }),
);

const Standing = builder.objectRef<CategoryStanding>('CategoryStanding').implement({
  description: 'How good a category’s default model is at it, beside the best that there is.',
  fields: (t) => ({
    category: t.exposeString('category', { description: 'Key of the category.' }),
    score: t.exposeInt('score', {
      nullable: true,
      description:
        'Of its default model on its axis, 0 to 100; null = it has none, or nobody has measured it.',
    }),
    bestModel: t.exposeString('bestModel', {
      nullable: true,
      description: 'What a preset would give it; null = no benchmarked model can do it.',
    }),
    bestScore: t.exposeInt('bestScore', {
      nullable: true,
      description: 'Of that one, 0 to 100; null = there is none.',
    }),
  }),
});

builder.queryField('categoryStandings', (t) =>
  t.field({
    type: [Standing],
    description: 'How the default models of all categories do, in the order of the categories.',
    authScopes: { can: 'category.write' },
    complexity: { multiplier: 10 },
    resolve: async (_root, _args, context) => [
      ...(await context.domain.presets.standings(signedIn(context))),
    ],
  }),
);

builder.queryField('previewCategoryPresets', (t) =>
  t.field({
    type: PresetAppliedType,
    description: 'What `applyCategoryPresets` would do now. Nothing is changed.',
    authScopes: { can: 'category.write' },
    complexity: { multiplier: 10 },
    args: {
      input: t.arg({ type: ApplyCategoryPresetsInput, required: true, description: 'What to try.' }),
    },
    resolve: (_root, { input }, context) => context.domain.presets.preview(signedIn(context), input),
  }),
);

builder.mutationField('applyCategoryPresets', (t) =>
  t.field({
    type: PresetAppliedType,
    description:
      'Gives the categories of the profiles the best model of their tier as default. Never replaces one set by hand.',
    authScopes: { can: 'category.write' },
    errors: { types: [BadInputError] },
    args: {
      input: t.arg({ type: ApplyCategoryPresetsInput, required: true, description: 'What to apply.' }),
    },
    resolve: (_root, { input }, context) => context.domain.presets.apply(signedIn(context), input),
  }),
);
