import { z } from 'zod';
import type { Prisma, PrismaClient, Provider, ProviderModel } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import type { Adapter, Discovery, Endpoint } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import {
  changedFields,
  differences,
  isGone,
  mergeListed,
  usableModels,
  type DiscoveryChange,
  type Facts,
} from './discovery-plan.ts';
import { toModelResult, withProvider, type ModelCatalog } from './model-facts.ts';
import type { ProviderModelResult } from './model-types.ts';
import { toEndpoint } from './provider-credentials.ts';
import { explainFailure, type FailureNote } from './provider-failure.ts';
import { lockIfThere, lockProvider, noteFindings, type AdapterRegistry } from './providers.ts';
import { notFound, requireId, validate } from './validate.ts';

export type { DiscoveryChange, FieldChange as DiscoveryFieldChange } from './discovery-plan.ts';

export interface DiscoveryResult {
  /** Every model of the provider, vanished ones included (`missingSince`). */
  readonly models: readonly ProviderModelResult[];
  /** How many the provider listed. */
  readonly count: number;
}

/** What a discovery would do. */
export interface DiscoveryPreview {
  /** How many models the provider lists. */
  readonly count: number;
  /** By id; a model that stays as it is has none. */
  readonly changes: readonly DiscoveryChange[];
}

export interface ProviderDiscovery {
  /**
   * Throws provider_error (with what to do about it) when the provider does not answer; its status is stored all the
   * same. With `only`, all but these models stay as they are.
   */
  discover(actor: Actor, id: string, only?: readonly string[] | null): Promise<DiscoveryResult>;
  /** What `discover` would change. Stores nothing but that the provider does not answer. */
  preview(actor: Actor, id: string): Promise<DiscoveryPreview>;
}

export interface ProviderDiscoveryDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly cipher: Cipher;
  readonly registry: AdapterRegistry;
  readonly upstream: Pick<Upstream, 'send'>;
  readonly catalog: ModelCatalog;
}

const TIMEOUT_MS = 30_000;
const chosen = z.array(z.string().max(512)).max(10_000).nullish();

export function createProviderDiscovery(deps: ProviderDiscoveryDeps): ProviderDiscovery {
  const { db, clock, catalog } = deps;

  return {
    async discover(actor, rawId, rawOnly) {
      authorize(actor, 'provider.discover');
      const only = validate(chosen, rawOnly);
      const wanted = only == null ? null : new Set(only);
      const { provider, found } = await listing(actor, rawId);
      const taken = (modelId: string) => wanted === null || wanted.has(modelId);
      return await change(db, (tx) => store(tx, actor, provider, found, taken));
    },

    async preview(actor, rawId) {
      authorize(actor, 'provider.discover');
      const { provider, found } = await listing(actor, rawId);
      const rows = await db.providerModel.findMany({ where: { providerId: provider.id } });
      const listed = usableModels(found.models);
      const describe = (id: string) => catalog.describe(provider.type, id);
      return { count: listed.size, changes: differences(listed, rows, describe) };
    },
  };

  async function listing(actor: Actor, rawId: string): Promise<{ provider: Provider; found: Discovery }> {
    const provider = await db.provider.findUnique({ where: { id: requireId(rawId, 'provider') } });
    if (provider === null) throw notFound('provider');
    const found = await ask(provider);
    if (!('suggestion' in found)) return { provider, found };
    await storeFailure(actor, provider, found);
    throw new AppError('provider_error', `${found.detail} ${found.suggestion}`);
  }

  async function ask(provider: Provider): Promise<Discovery | FailureNote> {
    let endpoint: Endpoint | null = null;
    try {
      endpoint = toEndpoint(deps.cipher, provider);
      const adapter = requireAdapter(provider);
      return await adapter.discover(endpoint, (request) =>
        deps.upstream.send(request, { timeoutMs: TIMEOUT_MS }),
      );
    } catch (error) {
      return explainFailure(error, endpoint);
    }
  }

  function requireAdapter(provider: Provider): Adapter {
    const adapter = deps.registry.get(provider.type);
    if (!adapter)
      throw new AppError('conflict', `The provider type "${provider.type}" is not known to this version.`);
    return adapter;
  }

  async function storeFailure(actor: Actor, provider: Provider, { detail }: FailureNote): Promise<void> {
    await change(db, async (tx) => {
      const findings = { status: 'error', statusMessage: detail, lastCheckedAt: clock() };
      const current = await lockIfThere(tx, provider.id);
      if (current === null) return;
      await noteFindings(tx, current, findings);
      const target = { type: 'provider', id: provider.id } as const;
      await record(tx, actor, 'provider.discover', target, null, { status: 'error', detail });
      await notify(tx, 'provider', provider.id);
    });
  }

  async function store(
    tx: Tx,
    actor: Actor,
    asked: Provider,
    found: Discovery,
    taken: (modelId: string) => boolean,
  ): Promise<DiscoveryResult> {
    const { id } = asked;
    const now = clock();
    const current = await lockProvider(tx, id);
    if (current.baseUrl !== asked.baseUrl || current.type !== asked.type) {
      throw new AppError(
        'conflict',
        'The provider was changed while its models were looked up: discover again.',
      );
    }
    const listed = usableModels(found.models);
    const rows = await tx.providerModel.findMany({ where: { providerId: id } });
    const known = new Map(rows.map((row) => [row.modelId, row]));
    const added: Prisma.ProviderModelCreateManyInput[] = [];
    for (const model of listed.values()) {
      if (!taken(model.id)) continue;
      const row = known.get(model.id) ?? null;
      const facts = mergeListed(model, catalog.describe(current.type, model.id), row);
      if (row === null) added.push({ providerId: id, modelId: model.id, ...facts });
      else await updateIfNew(tx, row, facts);
    }
    await tx.providerModel.createMany({ data: added });
    const gone = rows.filter((row) => isGone(row, listed) && taken(row.modelId)).map((row) => row.id);
    const { count: vanished } = await tx.providerModel.updateMany({
      where: { id: { in: gone } },
      data: { missingSince: now },
    });
    const findings = { status: 'connected', statusMessage: null, lastCheckedAt: now, apiPath: found.apiPath };
    await noteFindings(tx, current, findings);
    const facts = { count: listed.size, added: added.length, vanished, apiPath: found.apiPath };
    await record(tx, actor, 'provider.discover', { type: 'provider', id }, null, facts);
    await notify(tx, 'provider', id);
    const after = await tx.providerModel.findMany({
      where: { providerId: id },
      include: withProvider,
      orderBy: { modelId: 'asc' },
    });
    return { models: after.map(toModelResult), count: listed.size };
  }
}

/** Most models are as they were: only the others are written. */
async function updateIfNew(tx: Tx, row: ProviderModel, facts: Facts): Promise<void> {
  if (changedFields(row, facts).length === 0) return;
  await tx.providerModel.update({ where: { id: row.id }, data: facts, select: { id: true } });
}
