import type { JsonSchema } from './json-schema.ts';

/** A path outside the table: the gateway, health, metrics, GraphQL. Written by hand; tests hold answers against it. */
export interface OpenRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly heading: string;
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  /** Who may call: a tenant's key, a person of the console, anybody, or whoever has METRICS_TOKEN. */
  readonly security: 'tenantKey' | 'session' | 'none' | 'metrics';
  readonly params: Readonly<Record<string, string>>;
  readonly body?: JsonSchema;
  /** Status → what it holds; `type` is application/json when missing. */
  readonly answers: Readonly<Record<string, OpenAnswer>>;
}

export interface OpenAnswer {
  readonly description: string;
  readonly content: Readonly<Record<string, JsonSchema>>;
}

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const outputLimit: JsonSchema = {
  type: 'integer',
  minimum: -1,
  description: 'At least 1, cut to what the model can write; -1: no limit, as local servers have it.',
};
const usd: JsonSchema = { type: 'number', description: 'USD' };
const GATEWAY = 'Gateway API';
const slug = { slug: 'Slug of the tenant' } as const;

function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

const costInfo = object({
  actual_cost: usd,
  baseline_cost: usd,
  saved: usd,
  input_tokens: count,
  output_tokens: count,
});
const autoRouting: JsonSchema = {
  ...object({
    category: text,
    confidence: { type: 'number' },
    complexity: text,
    cost_tier: text,
    model_id: text,
    override_applied: text,
    analysis_time_ms: { type: 'number' },
    domain: text,
    reasoning: text,
    baseline_model: text,
    selection_method: text,
  }),
  description: 'Only for model "auto": what was decided, and why.',
};
const contextFallback: JsonSchema = {
  ...object({ original_model: text, fallback_model: text, reason: { const: 'context_overflow' } }),
  description: 'Only when the prompt did not fit and a larger model took over.',
};
const chatRequest: JsonSchema = {
  ...object(
    {
      model: {
        ...text,
        description: 'An id, "<provider-slug>/<id>", an alias, or "auto".',
        examples: ['gpt-4o'],
      },
      messages: list({
        type: 'object',
        properties: { role: text, content: { description: 'Text, or parts.' } },
        required: ['role'],
      }),
      stream: { type: 'boolean', description: 'Answer as server-sent events, ended by `data: [DONE]`.' },
      max_tokens: outputLimit,
      max_completion_tokens: outputLimit,
      temperature: { type: 'number' },
    },
    ['stream', 'max_tokens', 'max_completion_tokens', 'temperature'],
  ),
  description: 'OpenAI’s request. Members that are not named here go to the provider as they are.',
};
const chatAnswer = object(
  {
    id: text,
    object: { const: 'chat.completion' },
    model: text,
    choices: list(
      object({ index: count, message: { type: 'object' }, finish_reason: { type: ['string', 'null'] } }),
    ),
    usage: object({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
    cost_info: costInfo,
    auto_routing: autoRouting,
    context_fallback: contextFallback,
  },
  ['model', 'usage', 'auto_routing', 'context_fallback'],
);
const model = object({ id: text, object: { const: 'model' }, created: count, owned_by: text });
const models = object({ object: { const: 'list' }, data: list(model) });
const health = object({
  status: { type: 'string', enum: ['ok', 'degraded'] },
  tenant: text,
  providers: list(
    object({ name: text, status: { type: 'string', enum: ['ok', 'error'] }, models: count, error: text }, [
      'models',
      'error',
    ]),
  ),
  timestamp: { type: 'string', format: 'date-time' },
});
const serverHealth = object(
  {
    status: { type: 'string', enum: ['ok', 'degraded', 'draining'] },
    reason: text,
    database: { type: 'string', enum: ['ok', 'error'] },
    journal: object({ entries: count, bytes: count, accepting: { type: 'boolean' } }),
    role: text,
    version: text,
    timestamp: { type: 'string', format: 'date-time' },
  },
  ['reason'],
);

function json(description: string, schema: JsonSchema): OpenAnswer {
  return { description, content: { 'application/json': schema } };
}

const error = (description: string) => json(description, { $ref: '#/components/schemas/GatewayError' });
const ERRORS: Readonly<Record<string, OpenAnswer>> = {
  400: error('The body is not what it must be; `param` names the member.'),
  401: error('missing_api_key, invalid_api_key, key_disabled or key_expired.'),
  403: error('The tenant’s policy does not allow the model.'),
  404: error('model_not_found: no provider of the tenant has the model.'),
  413: error('The body is larger than 32 MB.'),
  429: error('rate_limit_exceeded (the tenant’s limit) or provider_rate_limited; see `retry-after`.'),
  503: error(
    'No provider could answer (see `retry-after`, where it is known), or the gateway cannot read the credentials for any that has the model.',
  ),
};

/** An error of the gateway, as OpenAI's clients read it. */
export const GATEWAY_ERROR = object({
  error: object({
    message: text,
    type: text,
    code: { type: ['string', 'null'] },
    param: { type: ['string', 'null'] },
  }),
});

/** The API reference's "Gateway API", and the global endpoints that are not in the table. */
export const OPEN_ROWS: readonly OpenRow[] = [
  {
    method: 'POST',
    path: '/api/:slug/v1/chat/completions',
    heading: GATEWAY,
    summary: 'Chat completion, whole or streamed',
    description: 'Also at `/v1/…` and `/api/v1/…`, where the key alone names the tenant.',
    operationId: 'createChatCompletion',
    security: 'tenantKey',
    params: slug,
    body: chatRequest,
    answers: {
      200: {
        description: 'The answer; with `stream: true` its chunks, the last of which carries `cost_info`.',
        content: { 'application/json': chatAnswer, 'text/event-stream': text },
      },
      ...ERRORS,
    },
  },
  {
    method: 'POST',
    path: '/api/:slug/v1/embeddings',
    heading: GATEWAY,
    summary: 'Text embeddings',
    operationId: 'createEmbeddings',
    security: 'tenantKey',
    params: slug,
    body: {
      ...object({ model: text, input: { description: 'A text, or a list of them.' } }),
      description: 'OpenAI’s request. Members that are not named here go to the provider as they are.',
    },
    answers: {
      200: json(
        'The vectors.',
        object({
          object: { const: 'list' },
          data: list(
            object({
              object: { const: 'embedding' },
              index: count,
              embedding: { description: 'Numbers, or base64 if that was asked for.' },
            }),
          ),
          model: text,
          usage: object({ prompt_tokens: count, total_tokens: count }),
          cost_info: costInfo,
        }),
      ),
      ...ERRORS,
    },
  },
  {
    method: 'GET',
    path: '/api/:slug/v1/models',
    heading: GATEWAY,
    summary: 'Models that this tenant may use, and "auto" unless its policy leaves that out',
    operationId: 'listModels',
    security: 'tenantKey',
    params: slug,
    answers: { 200: json('The models.', models), 401: ERRORS[401] ?? error('') },
  },
  {
    method: 'GET',
    path: '/api/:slug/v1/models/:model',
    heading: GATEWAY,
    summary: 'One model that this tenant may use',
    operationId: 'getModel',
    security: 'tenantKey',
    params: { ...slug, model: 'Id of the model, URL-encoded' },
    answers: {
      200: json('The model.', model),
      401: ERRORS[401] ?? error(''),
      404: ERRORS[404] ?? error(''),
    },
  },
  {
    method: 'GET',
    path: '/api/:slug/v1/models/public',
    heading: GATEWAY,
    summary: 'The same without a key, for client setup tools',
    operationId: 'listPublicModels',
    security: 'none',
    params: slug,
    answers: { 200: json('The models.', models), 404: error('There is no such tenant.') },
  },
  {
    method: 'GET',
    path: '/api/:slug/v1/health',
    heading: GATEWAY,
    summary: 'Tenant health check',
    operationId: 'getTenantHealth',
    security: 'none',
    params: slug,
    answers: {
      200: json('Every provider is well.', health),
      503: json('A provider is not.', health),
      404: error('There is no such tenant.'),
    },
  },
  {
    method: 'GET',
    path: '/health',
    heading: 'Global Endpoints',
    summary: 'Server health and database status',
    operationId: 'getHealth',
    security: 'none',
    params: {},
    answers: {
      200: json('Requests are served.', serverHealth),
      503: json('The process is leaving.', serverHealth),
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    heading: 'Global Endpoints',
    summary: 'Prometheus metrics',
    operationId: 'getMetrics',
    security: 'metrics',
    params: {},
    answers: { 200: { description: 'Prometheus’ text format.', content: { 'text/plain': text } } },
  },
  {
    method: 'POST',
    path: '/graphql',
    heading: 'GraphQL',
    summary: 'Everything that REST can do, and more, in one query',
    description:
      'The schema is served by introspection to whoever is signed in, and lies in `schema.graphql`.',
    operationId: 'graphql',
    security: 'session',
    params: {},
    body: object(
      { query: text, variables: { type: ['object', 'null'] }, operationName: { type: ['string', 'null'] } },
      ['variables', 'operationName'],
    ),
    answers: {
      200: json('Data, errors, or both.', {
        type: 'object',
        properties: { data: { type: ['object', 'null'] }, errors: list({ type: 'object' }) },
      }),
    },
  },
];
