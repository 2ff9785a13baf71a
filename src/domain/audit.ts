import { Prisma } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { toJsonObject } from './json.ts';

/** What can stand in the audit log, grouped by what is changed. */
export const AUDIT_ACTIONS = [
  'setup.createAdmin',
  'setup.complete',
  'session.login',
  'session.loginFailed',
  'session.logout',
  'user.create',
  'user.update',
  'user.delete',
  'user.changePassword',
  'user.changePasswordFailed',
  'user.provision',
  'session.revoke',
  'accessToken.create',
  'accessToken.revoke',
  'ldap.update',
  'ldap.test',
  'category.create',
  'category.update',
  'category.delete',
  'category.resetDefaults',
  'category.applyPreset',
  'ruleSet.create',
  'ruleSet.update',
  'ruleSet.delete',
  'pod.evict',
  'provider.create',
  'provider.update',
  'provider.delete',
  'provider.check',
  'provider.discover',
  'provider.reencrypt',
  'model.create',
  'model.update',
  'model.reorder',
  'tenant.create',
  'tenant.update',
  'tenant.delete',
  'tenant.modelConfig',
  'key.create',
  'key.update',
  'key.delete',
  'key.rotate',
  'key.set',
  'settings.update',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What is written down although nothing is different afterwards: signing in and out, and trying things. */
export const AUDIT_WITHOUT_CHANGE = [
  'session.login',
  'session.loginFailed',
  'session.logout',
  'user.changePasswordFailed',
  'ldap.test',
  'provider.check',
] as const satisfies readonly AuditAction[];

/** What an entry may be about. */
export const AUDIT_TARGETS = [
  'setting',
  'user',
  'accessToken',
  'provider',
  'model',
  'tenant',
  'key',
  'category',
  'ruleSet',
  'pod',
] as const;

export interface AuditTarget {
  readonly type: (typeof AUDIT_TARGETS)[number];
  readonly id: string;
  readonly tenantId?: string;
}

/** Somebody who is not signed in: a first admin, a failed login. */
export interface Stranger {
  readonly kind: 'stranger';
  /** The user name that was typed. */
  readonly name: string;
  readonly address: string;
}

type Fact = Readonly<Record<string, unknown>> | null;

/** Writes one audit row in the transaction of the change itself. Secrets are taken out of `before` and `after`. */
export async function record(
  tx: Prisma.TransactionClient,
  actor: Actor | Stranger,
  action: AuditAction,
  target: AuditTarget,
  before: Fact,
  after: Fact,
): Promise<void> {
  await tx.auditEntry.create({
    data: {
      actorId: actor.kind === 'user' ? actor.id : null,
      actorName: (actor.kind === 'user' ? actor.username : actor.name).slice(0, 200),
      address: actor.kind === 'system' ? '' : actor.address,
      accessTokenId: actor.kind === 'user' ? (actor.grant?.id ?? null) : null,
      action,
      targetType: target.type,
      targetId: target.id,
      tenantId: target.tenantId ?? null,
      before: toJson(before),
      after: toJson(after),
    },
    select: { id: true },
  });
}

const SECRET =
  /secret|password|passphrase|api_?key$|access_?key|private_?key|authorization|credential|cookie|^hash$|token$/i;

/** A copy without secrets: by the member's name, at any depth. Numbers and booleans (`hasCredentials`) may stay. */
export function withoutSecrets(value: unknown, name = ''): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (SECRET.test(name)) return '[redacted]';
  if (typeof value !== 'object' || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, key)]));
}

function toJson(fact: Fact): Prisma.InputJsonValue | typeof Prisma.DbNull {
  if (fact === null) return Prisma.DbNull;
  return toJsonObject(withoutSecrets(fact));
}
