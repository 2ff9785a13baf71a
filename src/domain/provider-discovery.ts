import {
  Prisma,
  type PrismaClient,
  type Provider,
  type ProviderModel,
} from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import type { Adapter, DiscoveredModel, Discovery, Endpoint } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import {
  catalogPrices,
  hasPrice,
  kindToDb,
  MIDDLE_PRIORITY,
  pricesOf,
  tierOf,
  tokensOf,
  toModelResult,
  withProvider,
  type CatalogEntry,
  type ModelCatalog,
} from './model-facts.ts';
import type { ProviderModelResult } from './model-types.ts';
import { toEndpoint } from './provider-credentials.ts';
import { explainFailure, type FailureNote } from './provider-failure.ts';
import { lockProvider, type AdapterRegistry } from './providers.ts';
import { modelName } from './tenant-schema.ts';
import { notFound, requireId } from './validate.ts';

export interface DiscoveryResult {
  /** Every model of the provider, vanished ones included (`missingSince`). */
  readonly models: readonly ProviderModelResult[];
  /** How many the provider listed. */
  readonly count: number;
}

export interface ProviderDiscovery {
  /** Throws provider_error (with what to do about it) when the provider does not answer; its status is stored all the same. */
  discover(actor: Actor, id: string): Promise<DiscoveryResult>;
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
/** The largest listings known have some hundred models; what is far beyond is no listing. */
const MAX_MODELS = 10_000;

export function createProviderDiscovery(deps: ProviderDiscoveryDeps): ProviderDiscovery {
  const { db, clock, catalog } = deps;

  return {
    async discover(actor, rawId) {
      authorize(actor, 'provider.discover');
      const id = requireId(rawId, 'provider');
      const provider = await db.provider.findUnique({ where: { id } });
      if (provider === null) throw notFound('provider');
      const found = await ask(provider);
      if ('suggestion' in found) {
        await storeFailure(actor, provider, found);
        throw new AppError('provider_error', `${found.detail} ${found.suggestion}`);
      }
      return await change(db, (tx) => store(tx, actor, provider, found));
    },
  };

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
      const { count } = await tx.provider.updateMany({
        where: { id: provider.id },
        data: { status: 'error', statusMessage: detail, lastCheckedAt: clock() },
      });
      if (count === 0) return;
      const target = { type: 'provider', id: provider.id } as const;
      await record(tx, actor, 'provider.discover', target, null, { status: 'error', detail });
      await notify(tx, 'provider', provider.id);
    });
  }

  async function store(tx: Tx, actor: Actor, asked: Provider, found: Discovery): Promise<DiscoveryResult> {
    const { id } = asked;
    const now = clock();
    const current = await lockProvider(tx, id);
    if (current.baseUrl !== asked.baseUrl || current.type !== asked.type) {
      throw new AppError(
        'conflict',
        'The provider was changed while its models were looked up: discover again.',
      );
    }
    const listed = usable(found.models);
    const rows = await tx.providerModel.findMany({ where: { providerId: id } });
    const known = new Map(rows.map((row) => [row.modelId, row]));
    const added: Prisma.ProviderModelCreateManyInput[] = [];
    for (const model of listed.values()) {
      const entry = catalog.describe(current.type, model.id);
      const row = known.get(model.id);
      if (row === undefined) added.push({ providerId: id, modelId: model.id, ...merge(model, entry, null) });
      else await updateIfNew(tx, row, merge(model, entry, row));
    }
    await tx.providerModel.createMany({ data: added });
    const { count: vanished } = await tx.providerModel.updateMany({
      where: { providerId: id, byHand: false, missingSince: null, modelId: { notIn: [...listed.keys()] } },
      data: { missingSince: now },
    });
    const status = { status: 'connected', statusMessage: null, lastCheckedAt: now, apiPath: found.apiPath };
    await tx.provider.update({ where: { id }, data: status });
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

/** By id; what cannot be a model's name is left out. */
function usable(models: readonly DiscoveredModel[]): Map<string, DiscoveredModel> {
  if (models.length > MAX_MODELS) {
    throw new AppError(
      'provider_error',
      `The provider lists more than ${MAX_MODELS} models; that is no model list.`,
    );
  }
  return new Map(
    models.filter(({ id }) => modelName.safeParse(id).success).map((model) => [model.id, model]),
  );
}

type Facts = ReturnType<typeof merge>;

/** What a model's row should say: set by hand before told by the provider before known to the catalog. */
function merge(model: DiscoveredModel, entry: CatalogEntry | null, row: ProviderModel | null) {
  const capabilities = new Set([...(model.capabilities ?? []), ...(entry?.capabilities ?? [])]);
  return {
    name: row !== null && row.name !== row.modelId ? row.name : (model.name ?? model.id).slice(0, 200),
    kind: row?.kind ?? kindToDb(model.kind === 'chat' ? (entry?.kind ?? 'chat') : model.kind),
    ownedBy: model.ownedBy ?? entry?.vendor ?? row?.ownedBy ?? null,
    capabilities: capabilities.size > 0 ? [...capabilities].sort() : (row?.capabilities ?? []),
    contextWindow: row?.manualContext
      ? row.contextWindow
      : tokensOf(model.contextWindow, entry?.contextWindow),
    maxOutputTokens: tokensOf(row?.maxOutputTokens, model.maxOutputTokens, entry?.maxOutputTokens),
    tier: row?.tier ?? tierOf(entry?.tier),
    categories: row !== null && row.categories.length > 0 ? row.categories : [...(entry?.categories ?? [])],
    missingSince: null,
    ...(row === null ? { priority: entry?.priority ?? MIDDLE_PRIORITY } : {}),
    ...(row?.manualPricing ? {} : listPrices(model, entry)),
  };
}

/** The provider's own prices as a whole, else the catalog's as a whole: halves of two lists are no price. */
function listPrices(model: DiscoveredModel, entry: CatalogEntry | null) {
  const own = pricesOf(model);
  return hasPrice(own) ? { ...own, catalogPricing: false } : catalogPrices(entry);
}

/** Most models are as they were: only the others are written. */
async function updateIfNew(tx: Tx, row: ProviderModel, facts: Facts): Promise<void> {
  const before: Readonly<Record<string, unknown>> = { ...row };
  const changed = Object.entries(facts).some(([name, value]) => plain(before[name]) !== plain(value));
  if (changed) await tx.providerModel.update({ where: { id: row.id }, data: facts, select: { id: true } });
}

/** Decimals, dates and lists as text that can be compared; a Decimal of 2.50 is the number 2.5. */
function plain(value: unknown): string {
  return JSON.stringify(Prisma.Decimal.isDecimal(value) ? value.toNumber() : (value ?? null));
}
