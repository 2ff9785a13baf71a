import { builder } from '../builder.ts';
import { ModelConfigInput } from './model-config.ts';

/** What `routing` holds. */
export const ROUTING =
  'Settings of the router (model "auto"): { costMode?: economy|balanced|quality, tierBoost?: -2 to 2, forced?: off|fim_only|smart|all, baselineModel?, overrides?: { vision?, toolCalls?, confidence?, domainGate?, conversationTurns?, frustration?, outputLength?, contextFill?, budgetEconomy? }, llm?: { model, fallbacks?, timeoutMs?, strategy?: metadata_only|truncate|summary, threshold?, dailyBudget? } }. What is left out comes from the rule sets in force, then from the defaults.';

const RateLimitInput = builder.inputType('RateLimitInput', {
  description: 'How much a tenant may use; what is missing or null stays as it is.',
  fields: (t) => ({
    requestsPerMinute: t.int({ description: 'Requests in any 60 seconds; 0 = no limit.' }),
    tokensPerMinute: t.int({ description: 'Tokens in any 60 seconds; 0 = no limit.' }),
  }),
});

export const CreateTenantInput = builder.inputType('CreateTenantInput', {
  description: 'A new tenant.',
  fields: (t) => ({
    slug: t.string({ required: true, description: 'a–z, 0–9 and "-", at most 63; unique.' }),
    name: t.string({ required: true, description: 'Its name, for people.' }),
    providerIds: t.idList({ description: 'Providers that serve it, in the order in which they are tried.' }),
    modelConfig: t.field({
      type: ModelConfigInput,
      description: 'Which models it may use; all when missing.',
    }),
    routing: t.field({ type: 'JSONObject', description: ROUTING }),
    rateLimit: t.field({ type: RateLimitInput, description: 'How much it may use; no limit when missing.' }),
    pricing: t.field({ type: 'PriceMap', description: 'Model → negotiated price.' }),
    keyLifetimeDays: t.int({ description: 'Days that a new key lives; 0 = for ever.' }),
    active: t.boolean({ description: 'False = all its keys are refused. True when missing.' }),
  }),
});

export const UpdateTenantInput = builder.inputType('UpdateTenantInput', {
  description: 'Changes to a tenant; what is missing or null stays as it is.',
  fields: (t) => ({
    slug: t.string({ description: 'a–z, 0–9 and "-", at most 63; unique.' }),
    name: t.string({ description: 'Its name, for people.' }),
    providerIds: t.idList({ description: 'Providers that serve it, in the order in which they are tried.' }),
    modelConfig: t.field({ type: ModelConfigInput, description: 'Which models it may use.' }),
    routing: t.field({ type: 'JSONObject', description: `${ROUTING} Replaced as a whole.` }),
    rateLimit: t.field({ type: RateLimitInput, description: 'How much it may use.' }),
    pricing: t.field({ type: 'PriceMap', description: 'Model → negotiated price; replaced as a whole.' }),
    keyLifetimeDays: t.int({ description: 'Days that a new key lives; 0 = for ever.' }),
    active: t.boolean({ description: 'False = all its keys are refused.' }),
  }),
});
