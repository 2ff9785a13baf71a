import { uuidv7 } from 'uuidv7';
import type { PrismaClient, Provider } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import { authorize } from '../identity/policy.ts';
import type { Adapter } from '../providers/adapter.ts';
import { record } from './audit.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { requireUnchanged } from './edited.ts';
import { resolveConfig } from './provider-config.ts';
import { authTypeOf } from './provider-credentials.ts';
import { providerCreate, providerUpdate, slugify } from './provider-schema.ts';
import type {
  ProviderCreateInput,
  ProviderRemoved,
  ProviderResult,
  ProviderUpdateInput,
} from './provider-types.ts';
import { readObject } from './tenant-schema.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export type {
  ProviderAuthInput,
  ProviderConfigInput,
  ProviderCreateInput,
  ProviderRemoved,
  ProviderResult,
  ProviderUpdateInput,
} from './provider-types.ts';

export interface Providers {
  /** Throws bad_input with `fields` (paths as in REST: `config.auth.apiKey`), conflict when the slug is taken. */
  create(actor: Actor, input: ProviderCreateInput): Promise<ProviderResult>;
  /**
   * A new origin in `config.baseUrl` needs the secret again, or the stored one could be sent anywhere. Throws conflict
   * when the provider is not that of `base` (edited.ts) any more.
   */
  update(actor: Actor, id: string, input: ProviderUpdateInput, base?: Date | null): Promise<ProviderResult>;
  remove(actor: Actor, id: string): Promise<ProviderRemoved>;
}

/** The adapters that exist, by the `type` of a provider. */
export interface AdapterRegistry {
  get(type: string): Adapter | undefined;
  all(): readonly Adapter[];
}

export interface ProvidersDeps {
  readonly db: PrismaClient;
  readonly cipher: Cipher;
  readonly registry: AdapterRegistry;
}

export function createProviders({ db, cipher, registry }: ProvidersDeps): Providers {
  return {
    async create(actor, input) {
      authorize(actor, 'provider.write');
      const { name, slug, type, config, active } = validate(providerCreate, input);
      const id = uuidv7();
      const adapter = requireAdapter(type);
      const columns = resolveConfig(cipher, adapter, config ?? {}, { id, before: null });
      return await change(db, async (tx) => {
        const chosen = slug ?? (await freeSlug(tx, slugify(name, type)));
        const data = { id, name, slug: chosen, type, active: active ?? true, ...columns };
        const row = await orConflict(slugTaken(chosen), tx.provider.create({ data }));
        const result = toProviderResult(row);
        await record(tx, actor, 'provider.create', { type: 'provider', id }, null, { ...result });
        await notify(tx, 'provider', id);
        return result;
      });
    },

    async update(actor, rawId, input, base) {
      authorize(actor, 'provider.write');
      const id = requireId(rawId, 'provider');
      const { name, slug, type, config, active } = validate(providerUpdate, input);
      return await change(db, async (tx) => {
        const before = await lockProvider(tx, id);
        requireUnchanged('provider', before, base);
        const adapter = requireAdapter(type ?? before.type);
        const touched = config != null || adapter.type !== before.type;
        const data = {
          ...(name == null ? {} : { name }),
          ...(slug == null ? {} : { slug }),
          ...(active == null ? {} : { active }),
          ...(touched
            ? { type: adapter.type, ...resolveConfig(cipher, adapter, config ?? {}, { id, before }) }
            : {}),
        };
        const row = await orConflict(
          slugTaken(slug ?? before.slug),
          tx.provider.update({ where: { id }, data }),
        );
        const result = toProviderResult(row);
        const secretChanged = row.credentials !== before.credentials;
        const [was, is] = [
          toProviderResult(before),
          { ...result, ...(secretChanged ? { secretChanged } : {}) },
        ];
        await record(tx, actor, 'provider.update', { type: 'provider', id }, { ...was }, is);
        await notify(tx, 'provider', id);
        return result;
      });
    },

    async remove(actor, rawId) {
      authorize(actor, 'provider.delete');
      const id = requireId(rawId, 'provider');
      return await change(db, async (tx) => {
        const before = await lockProvider(tx, id);
        const links = await tx.tenantProvider.findMany({
          where: { providerId: id },
          select: { tenantId: true },
        });
        const modelsRemoved = await tx.providerModel.count({ where: { providerId: id } });
        await tx.provider.delete({ where: { id }, select: { id: true } });
        const taken = { modelsRemoved, tenantsUpdated: links.length };
        const target = { type: 'provider', id } as const;
        await record(tx, actor, 'provider.delete', target, { ...toProviderResult(before) }, taken);
        await notify(tx, 'provider', id);
        for (const { tenantId } of links) await notify(tx, 'tenant', tenantId);
        return { id, slug: before.slug, name: before.name, ...taken };
      });
    },
  };

  function requireAdapter(type: string): Adapter {
    const adapter = registry.get(type);
    if (adapter) return adapter;
    const known = registry.all().map((one) => one.type);
    throw badInput([{ path: 'type', message: `must be one of: ${known.join(', ')}` }]);
  }
}

/** The row, locked until the transaction ends. Throws not_found. */
export async function lockProvider(tx: Tx, id: string): Promise<Provider> {
  const row = await lockIfThere(tx, id);
  if (row === null) throw notFound('provider');
  return row;
}

/** The same; null = it is gone. */
export async function lockIfThere(tx: Tx, id: string): Promise<Provider | null> {
  await tx.$queryRaw`SELECT 1 FROM provider WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.provider.findUnique({ where: { id } });
}

/** What a check or a discovery finds out of a provider. */
export type ProviderFindings = Pick<Provider, 'status' | 'statusMessage' | 'lastCheckedAt'> &
  Partial<Pick<Provider, 'apiPath'>>;

/**
 * Notes findings of a provider that is locked. They are no edit: who edits it meanwhile has not been overtaken
 * (edited.ts).
 */
export async function noteFindings(
  tx: Tx,
  { id, updatedAt }: Pick<Provider, 'id' | 'updatedAt'>,
  findings: ProviderFindings,
): Promise<void> {
  await tx.provider.update({ where: { id }, data: { ...findings, updatedAt }, select: { id: true } });
}

export function toProviderResult(row: Provider): ProviderResult {
  // Named one by one: a column that is added later does not come out by itself.
  const { id, slug, name, type, baseUrl, apiPath, region, active, statusMessage, lastCheckedAt } = row;
  return {
    id,
    slug,
    name,
    type,
    baseUrl,
    apiPath,
    region,
    active,
    statusMessage,
    lastCheckedAt,
    authType: authTypeOf(row.authType),
    hasCredentials: row.credentials !== null,
    options: readObject(row.options),
    status: row.status === 'connected' || row.status === 'error' ? row.status : 'unchecked',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

async function freeSlug(tx: Tx, wanted: string): Promise<string> {
  // Two providers of one name at the same time must not choose the same slug.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('provider slug', 0))`;
  const rows = await tx.provider.findMany({
    where: { slug: { startsWith: wanted } },
    select: { slug: true },
  });
  const taken = new Set(rows.map((row) => row.slug));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

function slugTaken(slug: string) {
  return { path: 'slug', message: `"${slug}" is taken` };
}
