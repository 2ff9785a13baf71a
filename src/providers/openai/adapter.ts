import { AppError } from '../../errors.ts';
import type { Adapter } from '../adapter.ts';
import { discoverModels } from './discovery.ts';
import { createRouter, getRequest } from './endpoint.ts';
import { readErrorResponse } from './error.ts';
import { formOf, type Family } from './families.ts';
import { readChatReply, readEmbeddingsReply } from './reply.ts';
import { spliceChat, spliceEmbeddings } from './splice.ts';
import { OpenAiStream } from './stream.ts';

/**
 * The adapter of one member of the OpenAI-compatible family. Requests and answers travel as the bytes that
 * came. `now` (Unix ms) dates a provider's retry-after.
 */
export function createOpenAiAdapter(family: Family, { now }: { now: () => number }): Adapter {
  const route = createRouter(family);
  return {
    type: family.type,
    label: family.label,
    defaultBaseUrl: family.defaultBaseUrl,
    form: family.origin ? [] : formOf(family),
    features: { chat: true, embeddings: true, discovery: true, passthrough: true },

    chat(endpoint, call) {
      if (family.triesModels && call.spans.models) {
        throw new AppError(
          'invalid_request',
          "'models' is not supported: name one model. What may step in for it is the tenant's configuration.",
          { param: 'models' },
        );
      }
      const { origin, chatPath, headers } = route(endpoint);
      return { method: 'POST', origin, path: chatPath, headers, body: spliceChat(call) };
    },
    readChat: (_call, body) => readChatReply(body),
    readStream: (call) => new OpenAiStream(call),

    embeddings(endpoint, call) {
      const { origin, embeddingsPath, headers } = route(endpoint);
      return { method: 'POST', origin, path: embeddingsPath, headers, body: spliceEmbeddings(call) };
    },
    readEmbeddings: (_call, body) => readEmbeddingsReply(body),

    readError: (status, headers, body) => readErrorResponse(status, headers, body, now()),

    probe(endpoint) {
      const to = route(endpoint);
      return getRequest(to, to.apiBase + family.probePath);
    },
    discover: (endpoint, send) => discoverModels(family, endpoint, route(endpoint), send, now),
  };
}
