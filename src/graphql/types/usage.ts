import type { UsageSummary } from '../../domain/analytics.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';

const UsageSummaryType = builder.objectRef<UsageSummary>('UsageSummary').implement({
  description: 'What was used in a period, summed from the hourly rollups.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the period.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the period, not part of it.' }),
    periodDays: t.exposeFloat('periodDays', { description: 'Length of the period in days.' }),
    totalRequests: t.expose('totalRequests', { type: 'Count', description: 'Requests.' }),
    totalInputTokens: t.expose('totalInputTokens', {
      type: 'Count',
      description: 'Input tokens, cached ones included.',
    }),
    totalOutputTokens: t.expose('totalOutputTokens', {
      type: 'Count',
      description: 'Output tokens, reasoning included.',
    }),
    totalActualCost: t.expose('totalActualCost', { type: 'USD', description: 'What it cost.' }),
    totalBaselineCost: t.expose('totalBaselineCost', {
      type: 'USD',
      description: 'What the same usage would have cost on the baseline models.',
    }),
    totalSaved: t.expose('totalSaved', { type: 'USD', description: 'Baseline minus actual.' }),
    autoRoutedCount: t.expose('autoRoutedCount', {
      type: 'Count',
      description: 'Requests that the router placed.',
    }),
    errorCount: t.expose('errorCount', { type: 'Count', description: 'Requests that failed.' }),
    avgDurationMs: t.exposeFloat('avgDurationMs', { description: 'Mean duration, in milliseconds.' }),
    uniqueUsers: t.expose('uniqueUsers', { type: 'Count', description: 'Different users that were named.' }),
  }),
});

builder.queryField('usageSummary', (t) =>
  t.field({
    type: UsageSummaryType,
    description: 'What the tenants that you may see have used.',
    authScopes: { can: 'usage.read' },
    args: {
      from: t.arg({
        type: 'DateTime',
        description: '30 days before `to` when missing; rounded down to the hour.',
      }),
      to: t.arg({ type: 'DateTime', description: 'Now when missing.' }),
      tenantId: t.arg.id({ description: 'Only this tenant.' }),
    },
    resolve: (_root, args, context) => context.domain.analytics.usageSummary(signedIn(context), args),
  }),
);
