import { plainSpelling } from '../../graphql/enums.ts';
import { found } from '../found.ts';
import {
  ApplyCategoryPresetsDocument,
  CategoriesDocument,
  CategoryDocument,
  CategoryPresetsDocument,
  CreateCategoryDocument,
  DeleteCategoryDocument,
  ResetDefaultCategoriesDocument,
  UpdateCategoryDocument,
  type CategoryFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Categories';
const base = '/api/prism/admin/categories';
const params = { id: 'Id of the category' } as const;

/** In answers only; a client that sends a category back as it got it is not refused for them. */
const readOnly = ['id', 'costTier', 'presetDefault', 'builtIn', 'createdAt', 'updatedAt'];

export const CATEGORY_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List all routing categories',
    params: {},
    document: CategoriesDocument,
    variables: () => ({}),
    respond: ({ categories }) => categories.map(presentCategory),
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create category; the tier may also be called costTier, as in version 1',
    params: {},
    status: 201,
    document: CreateCategoryDocument,
    variables: ({ body }) => ({ input: withTier(body) }),
    readOnly,
    respond: ({ createCategory }) => presentCategory(createCategory),
  }),
  route({
    method: 'GET',
    path: `${base}/presets`,
    heading,
    summary: 'List available preset profiles',
    params: {},
    document: CategoryPresetsDocument,
    variables: () => ({}),
    respond: ({ categoryPresets }) => categoryPresets,
  }),
  route({
    method: 'POST',
    path: `${base}/reset-defaults`,
    heading,
    summary: 'Re-seed deleted built-in categories; those that were edited stay edited',
    params: {},
    document: ResetDefaultCategoriesDocument,
    variables: () => ({}),
    respond: ({ resetDefaultCategories }) => resetDefaultCategories,
  }),
  route({
    method: 'POST',
    path: `${base}/apply-preset`,
    heading,
    summary: 'Apply preset profiles (assigns default models); a default set by hand is never replaced',
    params: {},
    document: ApplyCategoryPresetsDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ applyCategoryPresets: { assignments, ...counts } }) => ({
      ...counts,
      assignments: assignments.map((it) => ({ ...it, tier: plainSpelling('Tier', it.tier) })),
    }),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get category',
    params,
    document: CategoryDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ category }) => presentCategory(found(category, 'category')),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id`,
    heading,
    summary: 'Update category; what is missing stays as it is, `"defaultModel": null` takes the default away',
    params,
    document: UpdateCategoryDocument,
    variables: ({ params: { id }, body }) => ({ id, input: withTier(body) }),
    readOnly,
    respond: ({ updateCategory }) => presentCategory(updateCategory),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Delete category; a built-in one stays away until reset-defaults',
    params,
    document: DeleteCategoryDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: () => ({ success: true }),
  }),
];

function presentCategory(category: CategoryFieldsFragment) {
  const tier = plainSpelling('Tier', category.tier);
  return { ...category, tier, costTier: tier, axis: plainSpelling('BenchmarkAxis', category.axis) };
}

/** Version 1 called it `costTier`, as the dashboard still does. */
function withTier(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return 'tier' in body || !('costTier' in body) ? body : { ...body, tier: body['costTier'] };
}
