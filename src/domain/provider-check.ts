import { isIP } from 'node:net';
import type { PrismaClient, Provider } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import type { Adapter, ChatCall, Discovery, Endpoint, UpstreamResponse } from '../providers/adapter.ts';
import { UpstreamFailure } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { record } from './audit.ts';
import { change, notify } from './change.ts';
import { chatCandidates } from './chat-candidates.ts';
import type { ModelCatalog } from './model-facts.ts';
import { toEndpoint } from './provider-credentials.ts';
import { explainFailure } from './provider-failure.ts';
import type { AdapterRegistry } from './providers.ts';
import { createTrialCall } from './trial-call.ts';
import { notFound, requireId } from './validate.ts';

export interface CheckStep {
  /** settings, name_resolution, connection, credentials, models, completion or stream. */
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly ms: number;
}

export interface CheckResult {
  readonly success: boolean;
  readonly log: readonly CheckStep[];
  /** The likely mend, in one sentence; only when something failed. */
  readonly suggestion?: string;
}

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
}

const QUICK = { timeoutMs: 15_000, maxBytes: 16 * 1024 * 1024 };
/** A model that has to be loaded first may take its time. */
const PATIENT = { timeoutMs: 60_000, maxBytes: 1024 * 1024 };
const PROMPT = [{ role: 'user', content: 'Reply with the single word: ok' }];
/** Enough for a word, also where thinking comes first. */
const MAX_OUTPUT_TOKENS = 512;

export function createProviderCheck(deps: ProviderCheckDeps): ProviderCheck {
  const { db, clock, registry, upstream } = deps;

  return {
    async check(actor, rawId) {
      authorize(actor, 'provider.check');
      const id = requireId(rawId, 'provider');
      const provider = await db.provider.findUnique({ where: { id } });
      if (provider === null) throw notFound('provider');
      const run = createRun(clock);
      const apiPath = await walk(run, provider);
      const result = run.result();
      await store(actor, id, result, apiPath);
      return result;
    },
  };

  /** Each step needs those before it; returns the API path that answered, if one did. */
  async function walk(run: Run, provider: Provider): Promise<string | null> {
    const settings = await run.step('settings', null, async () => {
      const adapter = registry.get(provider.type);
      if (!adapter)
        throw new UpstreamFailure('rejected', `The type "${provider.type}" is not known to this version.`);
      const endpoint = toEndpoint(deps.cipher, provider);
      return { value: { adapter, endpoint, probe: await adapter.probe(endpoint) }, detail: adapter.label };
    });
    if (settings === null) return null;
    const { adapter, endpoint, probe } = settings;

    const named = await run.step('name_resolution', endpoint, () =>
      resolveHost(new URL(probe.origin).hostname),
    );
    if (named === null) return null;
    const answer = await run.step('connection', endpoint, async () => {
      const value = await upstream.send(probe, QUICK);
      return { value, detail: `HTTP ${value.status}` };
    });
    if (answer === null) return null;
    const signedIn = await run.step('credentials', endpoint, () =>
      requireSignedIn(adapter, endpoint, answer),
    );
    if (signedIn === null) return null;

    const found = await run.step('models', endpoint, async () => {
      const value = await adapter.discover(endpoint, (request) => upstream.send(request, QUICK));
      return {
        value,
        detail: `${value.models.length} models at ${value.apiPath === '' ? '/' : value.apiPath}`,
      };
    });
    if (found === null) return null;
    await tryChat(run, provider, adapter, { ...endpoint, apiPath: found.apiPath }, found);
    return found.apiPath;
  }

  async function resolveHost(host: string) {
    if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return { value: true, detail: 'an address, no name' };
    try {
      const addresses = await deps.resolve(host);
      return { value: true, detail: addresses.length === 1 ? '1 address' : `${addresses.length} addresses` };
    } catch (error) {
      throw new UpstreamFailure('connection', 'The host name was not found.', { cause: error });
    }
  }

  async function tryChat(
    run: Run,
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

function requireSignedIn(adapter: Adapter, endpoint: Endpoint, answer: UpstreamResponse) {
  if (answer.status === 401 || answer.status === 403) {
    throw adapter.readError(answer.status, answer.headers, answer.body);
  }
  return { value: true, detail: endpoint.authType === 'none' ? 'none are used' : 'not refused' };
}

type Outcome<T> = { readonly value: T; readonly detail: string };
type Run = ReturnType<typeof createRun>;

/** Notes what each step did and how long it took; after a failure the later steps are not tried. */
function createRun(clock: () => Date) {
  const log: CheckStep[] = [];
  let suggestion: string | null = null;
  return {
    async step<T>(
      step: string,
      endpoint: Endpoint | null,
      work: () => Outcome<T> | Promise<Outcome<T>>,
    ): Promise<T | null> {
      const began = clock().getTime();
      const ms = () => clock().getTime() - began;
      try {
        const { value, detail } = await work();
        log.push({ step, ok: true, detail, ms: ms() });
        return value;
      } catch (error) {
        const note = explainFailure(error, endpoint);
        log.push({ step, ok: false, detail: note.detail, ms: ms() });
        suggestion = note.suggestion;
        return null;
      }
    },
    result(): CheckResult {
      return suggestion === null ? { success: true, log } : { success: false, log, suggestion };
    },
  };
}
