import { CategoryDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:categories');
  return { title: 'Category', detail: ask(CategoryDetailDocument, { id: params.id }) };
};
