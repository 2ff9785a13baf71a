import { uuidv7 } from 'uuidv7';

import type { RequestRecord } from '../../src/accounting/record.ts';
import { NO_USAGE } from '../../src/accounting/usage.ts';

/** A believable finished request; what a test cares for goes into `over`. */
export function record(over: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: uuidv7(),
    at: Date.now(),
    tenantId: '0198c5b0-0000-7000-8000-000000000001',
    keyId: '0198c5b0-0000-7000-8000-000000000002',
    providerId: '0198c5b0-0000-7000-8000-000000000003',
    providerSlug: 'openai',
    operation: 'chat',
    requestedModel: 'gpt-4o',
    model: 'gpt-4o',
    baselineModel: 'gpt-4o',
    category: '',
    costTier: 'medium',
    autoRouted: false,
    userName: 'ada',
    sessionId: '',
    status: 'success',
    httpStatus: 200,
    errorType: '',
    errorCode: '',
    errorMessage: '',
    streamed: true,
    durationMs: 1_234,
    ttftMs: 321,
    attempts: 1,
    contextFallback: false,
    usage: { ...NO_USAGE, inputTokens: 1_200, cachedTokens: 1_000, outputTokens: 300, reasoningTokens: 10 },
    usageEstimated: false,
    priced: true,
    actualCostPico: 4_750_000_000,
    baselineCostPico: 6_000_000_000,
    trace: {
      plannedMs: 0.2,
      attempts: [{ provider: 'openai', model: 'gpt-4o', startMs: 0.3, durationMs: 1_230, outcome: 'ok' }],
    },
    snapshot: null,
    ...over,
  };
}
