import { SystemDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const { parent, depends } = event;
  depends('prism:system');
  const { may } = await parent();
  return {
    title: 'System',
    system: askAllowed(event, 'system.read', SystemDocument, { withSettings: may.has('settings.read') }),
  };
};
