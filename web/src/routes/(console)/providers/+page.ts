import { PROVIDERS } from '#lib/actions/providers.ts';
import { ProvidersDocument, ProvidersUsageDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { localZone } from '#lib/range/range.ts';
import { periodStart, readPeriod } from './provider-list.ts';
import type { PageLoad } from './$types';

/** `period` is 24h or 7d; `q` narrows the list down and asks nobody. */
export const load: PageLoad = ({ depends, url }) => {
  depends(PROVIDERS);
  const period = readPeriod(url.searchParams.get('period'));
  const now = Date.now();
  return {
    title: 'Providers',
    period,
    providers: ask(ProvidersDocument, {}),
    usage: ask(ProvidersUsageDocument, {
      from: periodStart(period, now, localZone()),
      hoursFrom: periodStart('24h', now, localZone()),
    }),
  };
};
