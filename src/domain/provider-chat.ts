import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import { UpstreamFailure, type Endpoint, type JsonObject } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { parseJsonObject, toJsonObject } from './json.ts';
import { toEndpoint } from './provider-credentials.ts';
import { explainFailure, sanitize } from './provider-failure.ts';
import type { AdapterRegistry } from './providers.ts';
import { modelName } from './tenant-schema.ts';
import { createTrialCall } from './trial-call.ts';
import { notFound, requireId, validate } from './validate.ts';

export interface ProviderChatInput {
  readonly model: string;
  /** OpenAI's messages: `content` is a string or parts. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

export interface ProviderChat {
  /** One completion for trying a provider out: not logged, not priced. Answers OpenAI's `chat.completion`. */
  chat(actor: Actor, id: string, input: ProviderChatInput): Promise<JsonObject>;
}

export interface ProviderChatDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly cipher: Cipher;
  readonly registry: AdapterRegistry;
  readonly upstream: Pick<Upstream, 'send'>;
}

const LIMITS = { timeoutMs: 120_000, maxBytes: 4 * 1024 * 1024 };
const MAX_PROMPT_BYTES = 1024 * 1024;

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
});
const chatInput = z.strictObject({
  model: modelName,
  messages: z
    .array(message)
    .min(1)
    .max(200)
    .refine(
      (all) => Buffer.byteLength(JSON.stringify(all)) <= MAX_PROMPT_BYTES,
      'must be smaller than 1 MB as JSON',
    ),
});

export function createProviderChat({
  db,
  clock,
  cipher,
  registry,
  upstream,
}: ProviderChatDeps): ProviderChat {
  return {
    async chat(actor, rawId, input) {
      authorize(actor, 'provider.chat');
      const id = requireId(rawId, 'provider');
      const { model, messages } = validate(chatInput, input);
      const provider = await db.provider.findUnique({
        where: { id },
        include: { models: { where: { modelId: model }, select: { maxOutputTokens: true } } },
      });
      if (provider === null) throw notFound('provider');
      const adapter = registry.get(provider.type);
      if (!adapter)
        throw new AppError('conflict', `The provider type "${provider.type}" is not known to this version.`);
      const modelMaxOutputTokens = provider.models[0]?.maxOutputTokens ?? null;
      const call = createTrialCall({
        model,
        messages: toJsonObject({ messages })['messages'],
        stream: false,
        modelMaxOutputTokens,
        now: clock(),
      });
      let endpoint: Endpoint | null = null;
      try {
        endpoint = toEndpoint(cipher, provider);
        const answer = await upstream.send(await adapter.chat(endpoint, call), LIMITS);
        if (answer.status < 200 || answer.status > 299) {
          throw adapter.readError(answer.status, answer.headers, answer.body);
        }
        return requireObject(adapter.readChat(call, answer.body).body);
      } catch (error) {
        throw refusal(error, endpoint);
      }
    },
  };
}

/** The caller's own mistake keeps its 4xx; everything else is the provider's. */
function refusal(error: unknown, endpoint: Endpoint | null): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof UpstreamFailure && (error.kind === 'rejected' || error.kind === 'context_overflow')) {
    return new AppError('invalid_request', sanitize(error.message, endpoint), { cause: error });
  }
  const { detail, suggestion } = explainFailure(error, endpoint);
  return new AppError('provider_error', `${detail} ${suggestion}`, { cause: error });
}

function requireObject(body: Buffer): JsonObject {
  const completion = parseJsonObject(body.toString('utf8'));
  if (completion === null) throw new UpstreamFailure('malformed', "The provider's answer is no JSON object.");
  return completion;
}
