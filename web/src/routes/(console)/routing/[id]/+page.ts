import { RuleSetCategoriesDocument, RuleSetDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:rule-sets');
  return {
    title: 'Rule set',
    detail: ask(RuleSetDetailDocument, { id: params.id }),
    categories: ask(RuleSetCategoriesDocument, {}),
  };
};
