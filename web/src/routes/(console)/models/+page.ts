import { ModelReferencesDocument, ModelsDocument, ModelsUsageDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { localZone, relativeRange } from '#lib/range/range.ts';
import type { PageLoad } from './$types';

/** Usage is shown of these days, as the request log understands them: its rows are what the figures lead to. */
const USE_RANGE = '7d';

/** The address chooses what is shown (see `ModelView`); another choice asks nobody. */
export const load: PageLoad = ({ depends }) => {
  depends('prism:models');
  const from = relativeRange(USE_RANGE, Date.now(), localZone())?.from ?? '';
  return {
    title: 'Models',
    models: ask(ModelsDocument, {}),
    usage: ask(ModelsUsageDocument, { from }),
    references: ask(ModelReferencesDocument, {}),
  };
};
