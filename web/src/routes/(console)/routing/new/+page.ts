import { RuleSetChoicesDocument, RuleSetDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

/** `?from=` is the id of a rule set to be copied. */
export const load: PageLoad = async ({ url }) => {
  const from = url.searchParams.get('from');
  const [choices, copied] = await Promise.all([
    ask(RuleSetChoicesDocument, {}),
    from === null ? null : ask(RuleSetDetailDocument, { id: from }),
  ]);
  return { title: 'Create a rule set', choices, copied };
};
