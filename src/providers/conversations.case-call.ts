import type { Adapter, BodySpans, ChatCall, Endpoint, JsonObject, UpstreamRequest } from './adapter.ts';
import { createSpanFinder } from './json-spans.ts';

const KEYS = ['model', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'messages', 'input', 'user', 'tools', 'models'] as const; // prettier-ignore
const findSpans = createSpanFinder(...KEYS);

/** The call that the gateway would make of this body; `more` overrides what the gateway decides. */
export function callOf(json: JsonObject, more: Partial<ChatCall> = {}): ChatCall {
  const body = Buffer.from(JSON.stringify(json));
  const options = json['stream_options'];
  return {
    body,
    spans: spansOf(body),
    model: typeof json['model'] === 'string' ? json['model'] : 'claude-sonnet-4-5',
    stream: json['stream'] === true,
    includeUsage: typeof options === 'object' && options !== null && 'include_usage' in options && options['include_usage'] === true, // prettier-ignore
    maxTokens: null,
    maxCompletionTokens: null,
    modelMaxOutputTokens: null,
    json: () => JSON.parse(body.toString('utf8')) as JsonObject,
    created: 1_764_000_000,
    requestId: '019a0000-0000-7000-8000-000000000000',
    ...more,
  };
}

function spansOf(body: Buffer): BodySpans {
  const found = findSpans(body);
  if (found === null) throw new Error('a case must be a JSON object');
  const [model, stream, streamOptions, maxTokens, maxCompletionTokens, messages, input, user, tools, models] =
    found.values;
  return {
    model: model ?? null,
    stream: stream ?? null,
    streamOptions: streamOptions ?? null,
    maxTokens: maxTokens ?? null,
    maxCompletionTokens: maxCompletionTokens ?? null,
    messages: messages ?? null,
    input: input ?? null,
    user: user ?? null,
    tools: tools ?? null,
    models: models ?? null,
    close: found.close,
  };
}

export function endpointOf(origin: string, more: Partial<Endpoint> = {}): Endpoint {
  return {
    origin,
    basePath: '',
    apiPath: null,
    authType: 'api_key',
    credentials: { apiKey: 'key-of-the-provider' },
    region: null,
    options: {},
    ...more,
  };
}

/** What goes upstream, as JSON. */
export async function sentBody(adapter: Adapter, call: ChatCall): Promise<JsonObject> {
  const request: UpstreamRequest = await adapter.chat(endpointOf('https://upstream.example'), call);
  return JSON.parse((request.body ?? Buffer.from('null')).toString('utf8')) as JsonObject;
}
