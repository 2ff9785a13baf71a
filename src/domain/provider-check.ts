import { uuidv7 } from 'uuidv7';
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
import { mendOf } from './check-mend.ts';
import { createAnswerMemory, createCheckRun, type CheckResult, type CheckWatch } from './check-run.ts';
import type { ModelCatalog } from './model-facts.ts';
import { resolveConfig } from './provider-config.ts';
import { toEndpoint, type ProviderAddress } from './provider-credentials.ts';
import { providerDraft } from './provider-schema.ts';
import type { ProviderDraft } from './provider-types.ts';
import { lockIfThere, noteFindings, type AdapterRegistry } from './providers.ts';
import { readObject } from './tenant-schema.ts';
import { createTrialCall } from './trial-call.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export type { CheckResult, CheckStep, CheckWatch } from './check-run.ts';

export interface ProviderCheck {
  /** Never throws for what the provider does; stores status, message and time of the check. */
  check(actor: Actor, id: string, watch?: CheckWatch): Promise<CheckResult>;
  /**
   * The same for settings that are not stored, and nothing is: as they would be saved, so a wrong field throws
   * bad_input, and a stored secret goes only where it went before.
   */
  try(actor: Actor, draft: ProviderDraft, watch?: CheckWatch): Promise<CheckResult>;
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

/** What is checked: a provider's row, or what one would be. */
type Checked = ProviderAddress & { readonly type: string };

export function createProviderCheck(deps: ProviderCheckDeps): ProviderCheck {
  const { db, clock } = deps;

  return {
    async check(actor, rawId, watch) {
      authorize(actor, 'provider.check');
      const provider = await find(requireId(rawId, 'provider'));
      const { result, apiPath } = await walkThrough(deps, provider, watch);
      await store(actor, provider.id, result, apiPath);
      return result;
    },

    async try(actor, draft, watch) {
      authorize(actor, 'provider.check');
      authorize(actor, 'provider.write');
      const { id: rawId, type, config } = validate(providerDraft, draft);
      const before = rawId == null ? null : await find(requireId(rawId, 'provider'));
      const id = before?.id ?? uuidv7();
      const adapter = deps.registry.get(type);
      if (adapter === undefined) throw badInput([{ path: 'type', message: 'is not known to this version' }]);
      const columns = resolveConfig(deps.cipher, adapter, config ?? {}, { id, before });
      const { result } = await walkThrough(deps, { id, type, ...columns }, watch);
      const facts = {
        status: result.success ? 'connected' : 'error',
        baseUrl: columns.baseUrl,
        stored: false,
      };
      await change(db, (tx) => record(tx, actor, 'provider.check', { type: 'provider', id }, null, facts));
      return result;
    },
  };

  async function find(id: string): Promise<Provider> {
    const provider = await db.provider.findUnique({ where: { id } });
    if (provider === null) throw notFound('provider');
    return provider;
  }

  async function store(actor: Actor, id: string, result: CheckResult, apiPath: string | null): Promise<void> {
    const failed = result.log.find(({ ok }) => !ok);
    const status = result.success ? 'connected' : 'error';
    const statusMessage = failed ? `${failed.step}: ${failed.detail}` : null;
    await change(db, async (tx) => {
      const found = apiPath === null ? {} : { apiPath };
      const findings = { status, statusMessage, lastCheckedAt: clock(), ...found };
      const current = await lockIfThere(tx, id);
      if (current === null) return;
      await noteFindings(tx, current, findings);
      await record(tx, actor, 'provider.check', { type: 'provider', id }, null, { status, statusMessage });
      await notify(tx, 'provider', id);
    });
  }
}

/** Each step needs those before it; returns the API path that answered, if one did. */
async function walkThrough(
  deps: ProviderCheckDeps,
  provider: Checked,
  watch: CheckWatch | undefined,
): Promise<{ result: CheckResult; apiPath: string | null }> {
  const { db, clock, registry } = deps;
  const upstream = createAnswerMemory(deps.upstream);
  const connection = { ...deps, upstream, inspectTls: deps.inspectTls ?? inspectTls };
  const run = createCheckRun({ clock, answered: upstream.take, watch });
  const apiPath = await walk();
  const { failure } = run;
  const options = readObject(provider.options);
  const mend = failure === null ? null : mendOf(failure, { baseUrl: provider.baseUrl, options });
  return { result: run.result(mend), apiPath };

  async function walk(): Promise<string | null> {
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
    const found = await findModels(adapter, endpoint);
    if (found === null) return null;
    await tryChat(adapter, { ...endpoint, apiPath: found.apiPath }, found);
    return found.apiPath;
  }

  /** Two steps from one discovery: which path answers, and what it lists. */
  async function findModels(adapter: Adapter, endpoint: Endpoint): Promise<Discovery | null> {
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

  async function tryChat(adapter: Adapter, endpoint: Endpoint, found: Discovery) {
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
