import type { Prisma } from '../database/generated/prisma/client.ts';
import { AUDIT_ACTIONS, AUDIT_TARGETS, AUDIT_WITHOUT_CHANGE } from '../domain/audit.ts';
import { AppError } from '../errors.ts';
import { isUuid } from './uuid.ts';

/** Null and missing alike mean "no condition". */
export interface AuditFilterInput {
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
  readonly actor?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly targetType?: string | null | undefined;
  readonly targetId?: string | null | undefined;
  readonly tenantId?: string | null | undefined;
  readonly changesOnly?: boolean | null | undefined;
}

/** The filter as conditions for Prisma. Throws AppError bad_input for what cannot stand in the log. */
export function where(filter: AuditFilterInput): Prisma.AuditEntryWhereInput {
  const { from, to, actor, action, targetType, targetId, tenantId, changesOnly } = filter;
  return {
    ...(changesOnly === true ? { NOT: { action: { in: [...AUDIT_WITHOUT_CHANGE] } } } : {}),
    at: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) },
    ...(actor == null ? {} : by(text('actor', actor.trim()))),
    ...(action == null ? {} : { action: oneOf('action', action, AUDIT_ACTIONS) }),
    ...(targetType == null ? {} : { targetType: oneOf('targetType', targetType, AUDIT_TARGETS) }),
    ...(targetId == null ? {} : { targetId: text('targetId', targetId) }),
    ...(tenantId == null ? {} : { tenantId: uuid('tenantId', tenantId) }),
  };
}

/** An id may be a name, too; names are compared as they are kept (domain/user-schema.ts). */
function by(actor: string): Prisma.AuditEntryWhereInput {
  const actorName = actor.normalize('NFKC').toLowerCase();
  return isUuid(actor) ? { OR: [{ actorId: actor }, { actorName }] } : { actorName };
}

function oneOf(name: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  throw wrong(name, `must be one of: ${known.join(', ')}`);
}

/** PostgreSQL takes no text with a NUL, and none has one. */
function text(name: string, value: string): string {
  if (!value.includes('\0')) return value;
  throw wrong(name, 'must not hold a NUL');
}

function uuid(name: string, id: string): string {
  if (isUuid(id)) return id;
  throw wrong(name, 'must be an id (UUID)');
}

function wrong(path: string, message: string): AppError {
  return new AppError('bad_input', `"${path}" ${message}.`, { fields: [{ path, message }] });
}
