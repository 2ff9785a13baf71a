import { invalidate } from '$app/navigation';
import {
  CategoriesResetDocument,
  CategoryCreateDocument,
  CategoryDeleteDocument,
  CategoryPresetApplyDocument,
  CategoryUpdateDocument,
} from '#lib/generated/graphql.ts';
import type {
  ApplyCategoryPresetsInput,
  CreateCategoryInput,
  UpdateCategoryInput,
} from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';

export function createCategory(input: CreateCategoryInput) {
  return act(CategoryCreateDocument, 'createCategory', { input });
}

/** What is missing from `input` stays as it is. */
export function updateCategory(id: string, input: UpdateCategoryInput) {
  return thenRead(act(CategoryUpdateDocument, 'updateCategory', { id, input }));
}

export function deleteCategory(id: string) {
  return thenRead(act(CategoryDeleteDocument, 'deleteCategory', { id }));
}

export function resetCategories() {
  return thenRead(act(CategoriesResetDocument, 'resetDefaultCategories', {}));
}

export function applyPresets(input: ApplyCategoryPresetsInput) {
  return thenRead(act(CategoryPresetApplyDocument, 'applyCategoryPresets', { input }));
}

async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (outcome.ok) await invalidate('prism:categories');
  return outcome;
}
