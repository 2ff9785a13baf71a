import { RuleSetsDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ depends }) => {
  depends('prism:rule-sets');
  return { title: 'Routing', list: ask(RuleSetsDocument, {}) };
};
