import type { PrismaClient, Provider } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import type { Adapter, ChatCall, Discovery, Endpoint, Send, UpstreamResponse } from '../providers/adapter.ts';
import { UpstreamFailure } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { inspectTls } from '../providers/tls.ts';
import { record } from './audit.ts';
import { change, notify } from './change.ts';
import { chatCandidates } from './chat-candidates.ts';
import { checkConnection, QUICK } from './check-connection.ts';
import { createCheckRun, type CheckResult, type CheckRun } from './check-run.ts';
import type { ModelCatalog } from './model-facts.ts';
import { toEndpoint } from './provider-credentials.ts';
import type { AdapterRegistry } from './providers.ts';
import { createTrialCall } from './trial-call.ts';
import { notFound, requireId } from './validate.ts';

export interface ProviderCheck {
  /** Never throws for what the provider does; stores status, message and time of the check. */
  check(actor: Actor, id: string): Promise<CheckResult>;
}

export interface ProviderCheckDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly cipher: Cipher;
  readonly registry: AdapterRegistry;
  readonly upstream: Pick<Upstream, 'send'>;
  readonly catalog: ModelCatalog;
  /** Addresses of a host name; rejects with Node's codes (ENOTFOUND). */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly inspectTls?: typeof inspectTls;
}

/** A model that has to be loaded first may take its time. */
const PATIENT = { timeoutMs: 60_000, maxBytes: 1024 * 1024 };
const PROMPT = [{ role: 'user', content: 'Reply with the single word: ok' }];
/** Enough for a word, also where thinking comes first. */
const MAX_OUTPUT_TOKENS = 512;

export function createProviderCheck(deps: ProviderCheckDeps): ProviderCheck {
  const { db, clock, registry, upstream } = deps;
  const connection = { ...deps, inspectTls: deps.inspectTls ?? inspectTls };

  return {
    async check(actor, rawId) {
      authorize(actor, 'provider.check');
      const id = requireId(rawId, 'provider');
      const provider = await db.provider.findUnique({ where: { id } });
      if (provider === null) throw notFound('provider');
      const run = createCheckRun(clock);
      const apiPath = await walk(run, provider);
      const result = run.result();
      await store(actor, id, result, apiPath);
      return result;
    },
  };

  /** Each step needs those before it; returns the API path that answered, if one did. */
  async function walk(run: CheckRun, provider: Provider): Promise<string | null> {
    const settings = await run.step('settings', null, async () => {
      const adapter = registry.get(provider.type);
      if (!adapter)
        throw new UpstreamFailure('rejected', `The type "${provider.type}" is not known to this version.`);
      const endpoint = toEndpoint(deps.cipher, provider);
      return { value: { adapter, endpoint, probe: await adapter.probe(endpoint) }, detail: adapter.label };
    });
    if (settings === null) return null;
    const { adapter, endpoint, probe } = settings;

    const signedIn = await checkConnection(connection, run, adapter, endpoint, probe);
    if (signedIn === null) return null;
    const found = await findModels(run, adapter, endpoint);
    if (found === null) return null;
    await tryChat(run, provider, adapter, { ...endpoint, apiPath: found.apiPath }, found);
    return found.apiPath;
  }

  /** Two steps from one discovery: which path answers, and what it lists. */
  async function findModels(run: CheckRun, adapter: Adapter, endpoint: Endpoint): Promise<Discovery | null> {
    const tries: string[] = [];
    let lastAsked = clock().getTime();
    const send: Send = async (request) => {
      lastAsked = clock().getTime();
      const answer = await upstream.send(request, QUICK);
      tries.push(`${request.path.split('?', 1)[0]} HTTP ${answer.status}`);
      return answer;
    };
    const found = await run.step('path', endpoint, async () => {
      try {
        return { value: await adapter.discover(endpoint, send), detail: tries.join('; ') };
      } catch (error) {
        if (!(error instanceof UpstreamFailure) || tries.length === 0) throw error;
        const message = `${error.message} Tried ${tries.join('; ')}.`;
        throw new UpstreamFailure(error.kind, message, { status: error.status, cause: error.cause });
      }
    });
    if (found === null) return null;
    const kinds = ['chat', 'embedding', 'other'].flatMap((kind) => {
      const count = found.models.filter((model) => model.kind === kind).length;
      return count === 0 ? [] : [`${count} ${kind}`];
    });
    const detail = `${found.models.length} models${kinds.length === 0 ? '' : `: ${kinds.join(', ')}`}`;
    run.note('models', detail, clock().getTime() - lastAsked);
    return found;
  }

  async function tryChat(
    run: CheckRun,
    provider: Provider,
    adapter: Adapter,
    endpoint: Endpoint,
    found: Discovery,
  ) {
    const stored = await db.providerModel.findMany({ where: { providerId: provider.id } });
    const candidates = chatCandidates(provider.type, found.models, stored, deps.catalog);
    if (candidates.length === 0) return;
    const model = await run.step('completion', endpoint, async () => {
      const value = await firstThatAnswers(candidates, (id) => complete(adapter, endpoint, id));
      return { value, detail: `${value} answered` };
    });
    if (model === null) return;
    await run.step('stream', endpoint, async () => {
      const call = trial(model, true);
      const reader = adapter.readStream(call);
      const answer = await send(adapter, endpoint, call);
      reader.push(answer.body);
      if (!reader.done && !reader.end())
        throw new UpstreamFailure('malformed', 'The stream ended before its end.');
      return { value: true, detail: `${model} streamed` };
    });
  }

  async function complete(adapter: Adapter, endpoint: Endpoint, model: string): Promise<void> {
    const call = trial(model, false);
    adapter.readChat(call, (await send(adapter, endpoint, call)).body);
  }

  function trial(model: string, stream: boolean): ChatCall {
    const messages = PROMPT.map((message) => ({ ...message }));
    return createTrialCall({
      model,
      messages,
      stream,
      modelMaxOutputTokens: MAX_OUTPUT_TOKENS,
      now: clock(),
    });
  }

  async function send(adapter: Adapter, endpoint: Endpoint, call: ChatCall): Promise<UpstreamResponse> {
    const answer = await upstream.send(await adapter.chat(endpoint, call), PATIENT);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw adapter.readError(answer.status, answer.headers, answer.body);
  }

  async function store(actor: Actor, id: string, result: CheckResult, apiPath: string | null): Promise<void> {
    const failed = result.log.find(({ ok }) => !ok);
    const status = result.success ? 'connected' : 'error';
    const statusMessage = failed ? `${failed.step}: ${failed.detail}` : null;
    await change(db, async (tx) => {
      const { count } = await tx.provider.updateMany({
        where: { id },
        data: { status, statusMessage, lastCheckedAt: clock(), ...(apiPath === null ? {} : { apiPath }) },
      });
      if (count === 0) return;
      await record(tx, actor, 'provider.check', { type: 'provider', id }, null, { status, statusMessage });
      await notify(tx, 'provider', id);
    });
  }
}

/** A listing may hold models that cannot chat after all: what one refuses, the next may do. */
async function firstThatAnswers(models: readonly string[], attempt: (model: string) => Promise<void>) {
  let first: unknown = null;
  for (const model of models) {
    try {
      await attempt(model);
      return model;
    } catch (error) {
      first ??= error;
      if (!(error instanceof UpstreamFailure) || error.kind !== 'rejected') throw error;
    }
  }
  throw first;
}
