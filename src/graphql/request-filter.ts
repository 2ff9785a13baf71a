import type { Prisma } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { EnumValue } from './enums.ts';
import { isUuid } from './uuid.ts';

/** Null and missing alike mean "no condition". */
export interface RequestFilter {
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
  readonly tenantId?: string | null | undefined;
  readonly keyId?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly providerSlug?: string | null | undefined;
  readonly category?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  readonly status?: EnumValue<'RequestStatus'> | null | undefined;
  readonly autoRouted?: boolean | null | undefined;
}

/** The filter as conditions for Prisma. Throws AppError bad_input for an id that cannot be one. */
export function where(filter: RequestFilter): Prisma.RequestLogWhereInput {
  return {
    at: { ...(filter.from ? { gte: filter.from } : {}), ...(filter.to ? { lt: filter.to } : {}) },
    ...(filter.tenantId == null ? {} : { tenantId: uuid('filter.tenantId', filter.tenantId) }),
    ...(filter.keyId == null ? {} : { keyId: uuid('filter.keyId', filter.keyId) }),
    ...(filter.model == null ? {} : { model: filter.model }),
    ...(filter.providerSlug == null ? {} : { providerSlug: filter.providerSlug }),
    ...(filter.category == null ? {} : { category: filter.category }),
    ...(filter.user == null ? {} : { userName: filter.user }),
    ...(filter.sessionId == null ? {} : { sessionId: filter.sessionId }),
    ...(filter.status == null ? {} : { status: filter.status }),
    ...(filter.autoRouted == null ? {} : { autoRouted: filter.autoRouted }),
  };
}

function uuid(path: string, id: string): string {
  if (isUuid(id)) return id;
  throw new AppError('bad_input', `"${path}" is no id.`, {
    fields: [{ path, message: 'must be an id (UUID)' }],
  });
}
