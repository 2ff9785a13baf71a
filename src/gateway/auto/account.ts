import { costOf } from '../../accounting/cost.ts';
import type { RequestRecord } from '../../accounting/record.ts';
import type { Exchange } from '../exchange.ts';
import type { LlmUse } from './llm-classifier.ts';

/** The category under which calls of the LLM classifier stand in the log: paid for by the tenant, told apart. */
export const CLASSIFIER_CATEGORY = 'routing_classifier';

/**
 * The log row of one call of the LLM classifier. Its baseline is nothing: without routing it would not have been
 * made, so it takes away from what routing has saved.
 */
export function classifierRecord(exchange: Exchange, use: LlmUse, id: string): RequestRecord {
  const { served, usage, ms, ok } = use;
  const cost = costOf(usage, served.price);
  return {
    id,
    at: exchange.at,
    tenantId: exchange.key.tenant.id,
    keyId: exchange.key.id,
    providerId: served.provider.id,
    providerSlug: served.provider.slug,
    operation: 'chat',
    requestedModel: served.model.id,
    model: served.model.id,
    baselineModel: served.model.id,
    category: CLASSIFIER_CATEGORY,
    costTier: served.model.tier ?? '',
    autoRouted: false,
    userName: exchange.userName,
    sessionId: exchange.sessionId,
    status: ok ? 'success' : 'error',
    httpStatus: 200,
    errorType: '',
    errorCode: '',
    errorMessage: ok ? '' : 'The classifier’s answer could not be read.',
    streamed: false,
    durationMs: ms,
    ttftMs: null,
    attempts: 1,
    contextFallback: false,
    usage,
    usageEstimated: use.estimated,
    priced: cost.priced,
    actualCostPico: cost.pico,
    baselineCostPico: 0,
    trace: null,
    snapshot: null,
  };
}
