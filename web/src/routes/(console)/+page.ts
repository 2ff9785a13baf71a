import { OverviewDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

const DAYS = 7;

export const load: PageLoad = async ({ parent, depends }) => {
  depends('prism:overview');
  const { may } = await parent();
  const from = new Date(Date.now() - DAYS * 24 * 3_600_000).toISOString();
  return {
    title: 'Overview',
    days: DAYS,
    overview: ask(OverviewDocument, { from, withProviders: may.has('provider.read') }),
  };
};
