import { SystemDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  depends('prism:system');
  const { may } = await parent();
  return { title: 'System', system: ask(SystemDocument, { withSettings: may.has('settings.read') }) };
};
