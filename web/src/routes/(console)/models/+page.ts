import { ModelReferencesDocument, ModelsDocument, ModelsUsageDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

const DAY_MS = 86_400_000;
/** Usage is shown of so many days. */
const DAYS = 7;

/** The address chooses what is shown (see `ModelView`); another choice asks nobody. */
export const load: PageLoad = ({ depends }) => {
  depends('prism:models');
  const from = new Date(Date.now() - DAYS * DAY_MS).toISOString();
  return {
    title: 'Models',
    models: ask(ModelsDocument, {}),
    usage: ask(ModelsUsageDocument, { from }),
    references: ask(ModelReferencesDocument, {}),
  };
};
