import { OverviewDocument, OverviewSetupDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import { localZone } from '#lib/range/range.ts';
import type { PageLoad } from './$types';
import { readOverview } from './overview/view.ts';

export const load: PageLoad = async ({ url, parent, depends }) => {
  depends('prism:overview');
  // Each part is read by itself: how the breakdown is sorted asks for nothing here.
  const search = new URLSearchParams();
  for (const part of ['range', 'from', 'to', 'tenant', 'compare']) {
    const value = url.searchParams.get(part);
    if (value !== null) search.set(part, value);
  }
  const { may } = await parent();
  const view = readOverview(search, Date.now(), localZone(), may.has('audit.read'));
  return {
    title: 'Overview',
    view,
    // The figures know what they are figures of: old ones stay while others are on their way.
    overview: ask(OverviewDocument, view.variables).then((outcome) =>
      mapOutcome(outcome, (answer) => ({ answer, view })),
    ),
    setup: ask(OverviewSetupDocument, { withProviders: may.has('provider.read') }),
  };
};
