import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { ModelMode as DbMode } from '../database/generated/prisma/enums.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { requireUnchanged } from './edited.ts';
import { toJsonObject } from './json.ts';
import { issueKey } from './key-issue.ts';
import { requireRoutingModels } from './tenant-routing.ts';
import {
  compactPricing,
  mergeModelConfig,
  readModelConfig,
  readObject,
  readPricing,
  tenantCreate,
  tenantUpdate,
} from './tenant-schema.ts';
import type {
  ModelConfig,
  ModelConfigInput,
  TenantCreated,
  TenantCreateInput,
  TenantRemoved,
  TenantResult,
  TenantUpdateInput,
} from './tenant-types.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export type {
  ModelConfig,
  ModelConfigInput,
  TenantCreated,
  TenantCreateInput,
  TenantPrice,
  TenantRemoved,
  TenantResult,
  TenantUpdateInput,
} from './tenant-types.ts';

export interface Tenants {
  /** Throws bad_input with `fields`, conflict when the slug is taken. */
  create(actor: Actor, input: TenantCreateInput): Promise<TenantCreated>;
  /** Throws conflict beside another `base`: the `updatedAt` of what was edited. */
  update(actor: Actor, id: string, input: TenantUpdateInput, base?: Date | null): Promise<TenantResult>;
  remove(actor: Actor, id: string): Promise<TenantRemoved>;
  /** Also for the tenant's own admin. Throws conflict beside another `base`. */
  updateModelConfig(
    actor: Actor,
    id: string,
    input: ModelConfigInput,
    base?: Date | null,
  ): Promise<TenantResult>;
}

const EMPTY: ModelConfig = { mode: 'all', list: [], aliases: {} };
const MODES = { all: DbMode.ALL, whitelist: DbMode.WHITELIST, blacklist: DbMode.BLACKLIST } as const;
const include = { providers: { orderBy: { position: 'asc' } } } as const satisfies Prisma.TenantInclude;
type Row = Prisma.TenantGetPayload<{ include: typeof include }>;

export function createTenants(deps: { readonly db: PrismaClient; readonly clock: () => Date }): Tenants {
  const { db, clock } = deps;

  return {
    async create(actor, input) {
      authorize(actor, 'tenant.write');
      const { slug, name, routing, ...settings } = validate(tenantCreate, input);
      const config = mergeModelConfig(EMPTY, settings.modelConfig ?? {}, ['modelConfig']);
      return await change(db, async (tx) => {
        if (routing != null) await requireRoutingModels(tx, routing);
        const data = { slug, name, ...toColumns(settings, input.routing), ...modelColumns(config) };
        const { id } = await orConflict(slugTaken(slug), tx.tenant.create({ data, select: { id: true } }));
        await linkProviders(tx, id, settings.providerIds ?? []);
        const keyLifetimeDays = settings.keyLifetimeDays ?? 0;
        const issued = await issueKey(tx, {
          tenantId: id,
          isPrimary: true,
          label: 'primary',
          keyLifetimeDays,
          now: clock(),
        });
        const tenant = await read(tx, id);
        await record(tx, actor, 'tenant.create', { type: 'tenant', id, tenantId: id }, null, { ...tenant });
        await notify(tx, 'tenant', id);
        return { tenant, apiKey: issued.apiKey, expiresAt: issued.key.expiresAt };
      });
    },

    async update(actor, rawId, input, base) {
      authorize(actor, 'tenant.write');
      const id = requireId(rawId, 'tenant');
      const { modelConfig, routing, ...settings } = validate(tenantUpdate, input);
      return await edit(actor, id, 'tenant.update', async (tx, before) => {
        requireUnchanged('tenant', before, base);
        const models = modelConfig
          ? modelColumns(mergeModelConfig(before.modelConfig, modelConfig, ['modelConfig']))
          : {};
        if (routing != null) await requireRoutingModels(tx, routing);
        // Its providers are rows of their own: that they change is a change of the tenant all the same.
        const changed = settings.providerIds ? { updatedAt: clock() } : {};
        const data = { ...toColumns(settings, input.routing), ...models, ...changed };
        await orConflict(
          slugTaken(settings.slug ?? before.slug),
          tx.tenant.update({ where: { id }, data, select: { id: true } }),
        );
        if (settings.providerIds) await linkProviders(tx, id, settings.providerIds);
      });
    },

    async updateModelConfig(actor, rawId, input, base) {
      authorize(actor, 'tenant.modelConfig');
      const id = requireId(rawId, 'tenant');
      requireTenant(actor, id);
      return await edit(actor, id, 'tenant.modelConfig', async (tx, before) => {
        requireUnchanged('tenant', before, base);
        const data = modelColumns(mergeModelConfig(before.modelConfig, input));
        await tx.tenant.update({ where: { id }, data, select: { id: true } });
      });
    },

    async remove(actor, rawId) {
      authorize(actor, 'tenant.delete');
      const id = requireId(rawId, 'tenant');
      return await change(db, async (tx) => {
        await lockTenant(tx, id);
        const before = await read(tx, id);
        const keysRemoved = await tx.tenantKey.count({ where: { tenantId: id } });
        const usersUpdated = await tx.userTenant.count({ where: { tenantId: id } });
        const ruleSets = await tx.ruleSet.findMany({ where: { tenantId: id }, select: { id: true } });
        const taken = { keysRemoved, usersUpdated, ruleSetsRemoved: ruleSets.length };
        await tx.tenant.delete({ where: { id }, select: { id: true } });
        const target = { type: 'tenant', id, tenantId: id } as const;
        await record(tx, actor, 'tenant.delete', target, { ...before }, taken);
        await notify(tx, 'tenant', id);
        for (const ruleSet of ruleSets) await notify(tx, 'rule-set', ruleSet.id);
        return { id, slug: before.slug, name: before.name, ...taken };
      });
    },
  };

  async function edit(
    actor: Actor,
    id: string,
    action: 'tenant.update' | 'tenant.modelConfig',
    write: (tx: Tx, before: TenantResult) => Promise<void>,
  ): Promise<TenantResult> {
    return await change(db, async (tx) => {
      await lockTenant(tx, id);
      const before = await read(tx, id);
      await write(tx, before);
      const after = await read(tx, id);
      await record(tx, actor, action, { type: 'tenant', id, tenantId: id }, { ...before }, { ...after });
      await notify(tx, 'tenant', id);
      return after;
    });
  }
}

/** One writer at a time for each tenant, its keys included. Throws not_found. */
export async function lockTenant(tx: Tx, id: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM tenant WHERE id = ${id}::uuid FOR UPDATE`;
  if (rows.length === 0) throw notFound('tenant');
}

async function read(tx: Tx, id: string): Promise<TenantResult> {
  const row = await tx.tenant.findUnique({ where: { id }, include });
  if (row === null) throw notFound('tenant');
  return toResult(row);
}

function toResult(row: Row): TenantResult {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    active: row.active,
    providerIds: row.providers.map((link) => link.providerId),
    modelConfig: readModelConfig(row),
    routing: readObject(row.routing),
    rateLimit: { requestsPerMinute: row.requestsPerMinute, tokensPerMinute: row.tokensPerMinute },
    pricing: readPricing(row.pricing),
    keyLifetimeDays: row.keyLifetimeDays,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

type Settings = Omit<ReturnType<typeof tenantUpdate.parse>, 'modelConfig' | 'providerIds' | 'routing'>;

/** Only what was given; null and missing leave the column alone. */
function toColumns(input: Settings, routing: TenantUpdateInput['routing']) {
  return {
    ...(input.slug == null ? {} : { slug: input.slug }),
    ...(input.name == null ? {} : { name: input.name }),
    ...(input.active == null ? {} : { active: input.active }),
    ...(routing == null ? {} : { routing: toJsonObject(routing) }),
    ...(input.rateLimit?.requestsPerMinute == null
      ? {}
      : { requestsPerMinute: input.rateLimit.requestsPerMinute }),
    ...(input.rateLimit?.tokensPerMinute == null ? {} : { tokensPerMinute: input.rateLimit.tokensPerMinute }),
    ...(input.pricing == null ? {} : { pricing: toJsonObject(compactPricing(input.pricing)) }),
    ...(input.keyLifetimeDays == null ? {} : { keyLifetimeDays: input.keyLifetimeDays }),
  };
}

function modelColumns(config: ModelConfig) {
  return { modelMode: MODES[config.mode], modelList: [...config.list], aliases: { ...config.aliases } };
}

function slugTaken(slug: string) {
  return { path: 'slug', message: `"${slug}" is taken` };
}

/** The tenant's providers, in this order, and no others. */
async function linkProviders(tx: Tx, tenantId: string, providerIds: readonly string[]): Promise<void> {
  const ids = providerIds.map((id) => id.toLowerCase());
  const found = await tx.provider.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const known = new Set(found.map((provider) => provider.id));
  const problems = ids.flatMap((id, index) => {
    if (!known.has(id)) return [{ path: `providerIds.${index}`, message: `names no provider: ${id}` }];
    return ids.indexOf(id) === index ? [] : [{ path: `providerIds.${index}`, message: 'is there twice' }];
  });
  if (problems.length > 0) throw badInput(problems);
  await tx.tenantProvider.deleteMany({ where: { tenantId } });
  await tx.tenantProvider.createMany({
    data: ids.map((providerId, position) => ({ tenantId, providerId, position })),
  });
}
