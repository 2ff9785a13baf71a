import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant } from '../identity/policy.ts';
import { record, type AuditAction } from './audit.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { expiryOf, issueKey, KEY_TAKEN, keySelect, secretColumns, type KeyRow } from './key-issue.ts';
import { lifetimeDays } from './tenant-schema.ts';
import { lockTenant } from './tenants.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export interface TenantKeyResult {
  readonly id: string;
  readonly tenantId: string;
  readonly prefix: string;
  readonly label: string;
  readonly isPrimary: boolean;
  readonly custom: boolean;
  readonly enabled: boolean;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface KeyCreateInput {
  readonly label?: string | null | undefined;
  /** At most one of expiresAt and lifetimeDays; neither = the tenant's keyLifetimeDays. lifetimeDays 0 = for ever. */
  readonly expiresAt?: Date | null | undefined;
  readonly lifetimeDays?: number | null | undefined;
  /** A key of the caller's own making (16 characters at least); missing = generated. */
  readonly apiKey?: string | null | undefined;
}

export interface KeyUpdateInput {
  readonly label?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  /** Null = never expires; missing = as it is. */
  readonly expiresAt?: Date | null | undefined;
}

/** `apiKey` is shown this once. */
export interface KeyCreated {
  readonly key: TenantKeyResult;
  readonly apiKey: string;
}

export interface KeyRotated {
  readonly key: TenantKeyResult;
  readonly apiKey: string;
  readonly expiresAt: Date | null;
}

export interface KeySet {
  readonly key: TenantKeyResult;
  readonly prefix: string;
  readonly expiresAt: Date | null;
}

export interface KeySetInput {
  readonly apiKey: string;
  /** Missing = the tenant's keyLifetimeDays; 0 = for ever. */
  readonly keyLifetimeDays?: number | null | undefined;
}

export interface TenantKeys {
  /** A further key, not the primary one. */
  create(actor: Actor, tenantId: string, input: KeyCreateInput): Promise<KeyCreated>;
  update(actor: Actor, keyId: string, input: KeyUpdateInput): Promise<TenantKeyResult>;
  /** Throws conflict for the primary key: it can be rotated or disabled, not removed. */
  remove(actor: Actor, keyId: string): Promise<TenantKeyResult>;
  /** A new secret for the primary key, enabled; the old one stops at once. */
  rotate(actor: Actor, tenantId: string): Promise<KeyRotated>;
  /** The caller's own secret for the primary key, enabled; the old one stops at once. */
  set(actor: Actor, tenantId: string, input: KeySetInput): Promise<KeySet>;
}

const label = z
  .string()
  .trim()
  .max(100)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters');
const secret = z.string().min(1, 'must not be empty');
const createInput = z.strictObject({
  label: label.nullish(),
  expiresAt: z.date().nullish(),
  lifetimeDays: lifetimeDays.nullish(),
  apiKey: secret.nullish(),
});
const updateInput = z.strictObject({
  label: label.nullish(),
  enabled: z.boolean().nullish(),
  expiresAt: z.date().nullish(),
});
const setInput = z.strictObject({ apiKey: secret, keyLifetimeDays: lifetimeDays.nullish() });

export function createTenantKeys(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): TenantKeys {
  const { db, clock } = deps;

  return {
    async create(actor, rawTenantId, input) {
      authorize(actor, 'key.write');
      const tenantId = requireTenantId(actor, rawTenantId);
      const given = validate(createInput, input);
      if (given.expiresAt != null && given.lifetimeDays != null) {
        throw badInput([{ path: 'lifetimeDays', message: 'must not be given together with expiresAt' }]);
      }
      const now = clock();
      if (given.expiresAt != null) requireFuture(given.expiresAt, now);
      return await change(db, async (tx) => {
        await lockTenant(tx, tenantId);
        const { key, apiKey } = await issueKey(tx, {
          tenantId,
          isPrimary: false,
          label: given.label ?? '',
          keyLifetimeDays: given.lifetimeDays ?? (await tenantLifetime(tx, tenantId)),
          now,
          ...(given.expiresAt == null ? {} : { expiresAt: given.expiresAt }),
          ...(given.apiKey == null ? {} : { apiKey: given.apiKey }),
        });
        await audit(tx, actor, 'key.create', null, key);
        return { key, apiKey };
      });
    },

    async update(actor, rawKeyId, input) {
      authorize(actor, 'key.write');
      const { label: newLabel, enabled, expiresAt } = validate(updateInput, input);
      if (expiresAt != null) requireFuture(expiresAt, clock());
      return await change(db, async (tx) => {
        const before = await lockKey(tx, actor, rawKeyId);
        const key = await tx.tenantKey.update({
          where: { id: before.id },
          data: {
            ...(newLabel == null ? {} : { label: newLabel }),
            ...(enabled == null ? {} : { enabled }),
            ...(expiresAt === undefined ? {} : { expiresAt }),
          },
          select: keySelect,
        });
        await audit(tx, actor, 'key.update', before, key);
        return key;
      });
    },

    async remove(actor, rawKeyId) {
      authorize(actor, 'key.write');
      return await change(db, async (tx) => {
        const before = await lockKey(tx, actor, rawKeyId);
        if (before.isPrimary) {
          throw new AppError('conflict', 'The primary key cannot be removed: rotate it, or disable it.');
        }
        await tx.tenantKey.delete({ where: { id: before.id }, select: { id: true } });
        await audit(tx, actor, 'key.delete', before, null);
        return before;
      });
    },

    async rotate(actor, rawTenantId) {
      authorize(actor, 'key.write');
      const tenantId = requireTenantId(actor, rawTenantId);
      const { key, apiKey } = await replacePrimary(actor, tenantId, 'key.rotate', {});
      return { key, apiKey, expiresAt: key.expiresAt };
    },

    async set(actor, rawTenantId, input) {
      authorize(actor, 'key.write');
      const tenantId = requireTenantId(actor, rawTenantId);
      const { apiKey, keyLifetimeDays } = validate(setInput, input);
      const days = keyLifetimeDays ?? undefined;
      const { key } = await replacePrimary(actor, tenantId, 'key.set', {
        apiKey,
        ...(days === undefined ? {} : { days }),
      });
      return { key, prefix: key.prefix, expiresAt: key.expiresAt };
    },
  };

  /** The new secret takes the old one's row: what knew the old one knows nothing from the commit on. */
  async function replacePrimary(
    actor: Actor,
    tenantId: string,
    action: 'key.rotate' | 'key.set',
    given: { apiKey?: string; days?: number },
  ): Promise<KeyCreated> {
    const { apiKey, columns } = secretColumns(given.apiKey);
    return await change(db, async (tx) => {
      await lockTenant(tx, tenantId);
      const before = await tx.tenantKey.findFirst({
        where: { tenantId, isPrimary: true },
        select: keySelect,
      });
      if (before === null) throw notFound('primary key');
      const expiresAt = expiryOf(clock(), given.days ?? (await tenantLifetime(tx, tenantId)));
      const data = { ...columns, expiresAt, enabled: true, lastUsedAt: null, createdAt: clock() };
      const write = tx.tenantKey.update({ where: { id: before.id }, data, select: keySelect });
      const key = await orConflict(KEY_TAKEN, write);
      await audit(tx, actor, action, before, key);
      return { key, apiKey };
    });
  }
}

function requireTenantId(actor: Actor, rawId: string): string {
  const id = requireId(rawId, 'tenant');
  requireTenant(actor, id);
  return id;
}

/** The key, with its tenant locked. Throws not_found, also for another tenant's key. */
async function lockKey(tx: Tx, actor: Actor, rawId: string): Promise<KeyRow> {
  const id = requireId(rawId, 'key');
  const owner = await tx.tenantKey.findUnique({ where: { id }, select: { tenantId: true } });
  if (owner === null) throw notFound('key');
  requireTenant(actor, owner.tenantId);
  await lockTenant(tx, owner.tenantId);
  const key = await tx.tenantKey.findUnique({ where: { id }, select: keySelect });
  if (key === null) throw notFound('key');
  return key;
}

async function tenantLifetime(tx: Tx, tenantId: string): Promise<number> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { keyLifetimeDays: true } });
  return tenant?.keyLifetimeDays ?? 0;
}

function requireFuture(date: Date, now: Date): void {
  if (date > now) return;
  throw badInput([{ path: 'expiresAt', message: 'must lie in the future; to stop a key, disable it' }]);
}

async function audit(tx: Tx, actor: Actor, action: AuditAction, before: KeyRow | null, after: KeyRow | null) {
  const key = after ?? before;
  if (key === null) return;
  const target = { type: 'key', id: key.id, tenantId: key.tenantId } as const;
  await record(tx, actor, action, target, before && { ...before }, after && { ...after });
  await notify(tx, 'tenant', key.tenantId);
}
