import { AppError } from '../errors.ts';
import type { ChatCall, EmbeddingsCall, Reply, UpstreamRequest } from '../providers/adapter.ts';
import { isEvents, wholeOf } from '../providers/stream-as-whole.ts';
import type { ServedModel } from '../runtime/view.ts';
import type { AttemptPlan } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import { clampTokens } from './plan.ts';
import type { GatewayRequest } from './request.ts';

/** What one attempt at this model sends, and how its answer is read; at once, unless the adapter must wait. */
export function prepare(
  exchange: Exchange,
  request: GatewayRequest,
  served: ServedModel,
  withoutUsage: boolean,
): AttemptPlan | Promise<AttemptPlan> {
  if (exchange.operation === 'chat')
    return chatAttempt(served, chatCall(exchange, request, served, withoutUsage));
  return embeddingsAttempt(served, {
    body: request.body,
    spans: request.spans,
    model: served.model.id,
    json: request.json,
  });
}

function chatCall(
  exchange: Exchange,
  request: GatewayRequest,
  served: ServedModel,
  withoutUsage: boolean,
): ChatCall {
  const maximum = served.model.maxOutputTokens;
  return {
    body: request.body,
    spans: request.spans,
    model: served.model.id,
    stream: request.stream,
    includeUsage: request.includeUsage,
    withoutUsage,
    maxTokens: clampTokens(request.maxTokens, maximum),
    maxCompletionTokens: clampTokens(request.maxCompletionTokens, maximum),
    modelMaxOutputTokens: maximum,
    json: request.json,
    created: Math.floor(exchange.at / 1000),
    requestId: exchange.id,
  };
}

async function embeddingsAttempt(served: ServedModel, call: EmbeddingsCall): Promise<AttemptPlan> {
  const { adapter, endpoint } = served.provider;
  if (adapter.embeddings === undefined || adapter.readEmbeddings === undefined) {
    throw new AppError('invalid_request', `'${call.model}' cannot make embeddings.`, { param: 'model' });
  }
  return {
    served,
    request: await adapter.embeddings(endpoint, call),
    reader: null,
    call: null,
    read: adapter.readEmbeddings.bind(adapter, call),
  };
}

/** What an attempt at a chat completion sends and how its answer is read; at once, unless the adapter must wait. */
function chatAttempt(served: ServedModel, call: ChatCall): AttemptPlan | Promise<AttemptPlan> {
  const { adapter, endpoint } = served.provider;
  const request = adapter.chat(endpoint, call);
  if (request instanceof Promise) return request.then((it) => chatPlan(served, call, it));
  return chatPlan(served, call, request);
}

function chatPlan(served: ServedModel, call: ChatCall, request: UpstreamRequest): AttemptPlan {
  const { adapter } = served.provider;
  return {
    served,
    request,
    reader: call.stream ? adapter.readStream(call) : null,
    call,
    read: (body) => (isEvents(body) ? readStreamed(served, call, body) : adapter.readChat(call, body)),
  };
}

/** For servers that stream whatever was asked for. */
function readStreamed({ provider }: ServedModel, call: ChatCall, body: Buffer): Reply {
  return wholeOf(provider.adapter.readStream({ ...call, stream: true, includeUsage: true }), body);
}
