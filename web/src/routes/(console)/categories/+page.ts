import { CategoriesDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';
import { categoryUse } from './category-use.ts';

export const load: PageLoad = ({ depends }) => {
  depends('prism:categories');
  return { title: 'Categories', list: ask(CategoriesDocument, {}), use: categoryUse() };
};
