import type { PrismaClient } from '../database/generated/prisma/client.ts';

/** The tenants that somebody may see (identity/policy.ts, tenantScope). */
export type TenantScope = 'all' | readonly string[];

const READS = [
  'findMany',
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'count',
  'aggregate',
  'groupBy',
] as const;
type Read = (typeof READS)[number];

/** What limits a table to some tenants; tables without a row are closed to whoever does not see all tenants. */
const SCOPES: Readonly<Record<string, (tenantIds: string[]) => object>> = {
  Tenant: (tenantIds) => ({ id: { in: tenantIds } }),
  TenantKey: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  TenantProvider: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  UserTenant: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  RequestLog: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  RequestSnapshot: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  UsageHourly: (tenantIds) => ({ tenantId: { in: tenantIds } }),
  /** The same for everybody. */
  Category: () => ({}),
  Provider: (tenantIds) => ({ tenants: { some: { tenantId: { in: tenantIds } } } }),
  ProviderModel: (tenantIds) => ({ provider: { tenants: { some: { tenantId: { in: tenantIds } } } } }),
};

/**
 * THE place where reads are limited to tenants, and where writes end: GraphQL changes nothing but through the
 * domain. A relation that leads from a scoped row back to tenants must not be exposed (`Provider.tenants`):
 * only the table that a query starts from is limited here.
 */
export function scopeTo(prisma: PrismaClient, scope: TenantScope): ReadClient {
  return limitedClient(prisma, scope);
}

function limitedClient(prisma: PrismaClient, scope: TenantScope) {
  return prisma.$extends({
    name: 'tenant-scope',
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          if (!isRead(operation)) throw new Error(`GraphQL reads only: ${model}.${operation}`);
          if (scope === 'all') return query(args);
          const limit = SCOPES[model];
          if (!limit) throw new Error(`${model} is not open to a tenant's own people`);
          return query(limited(args, limit([...scope])));
        },
      },
    },
  });
}

function isRead(operation: string): operation is Read {
  return READS.some((read) => read === operation);
}

function limited<Args extends object>(args: Args, limit: object): Args {
  const where = 'where' in args ? args.where : undefined;
  return { ...args, where: { ...(typeof where === 'object' ? where : {}), AND: [limit, ...and(where)] } };
}

function and(where: unknown): unknown[] {
  if (typeof where !== 'object' || where === null || !('AND' in where) || where.AND === undefined) return [];
  const conditions: unknown[] = Array.isArray(where.AND) ? where.AND : [where.AND];
  return conditions;
}

type Tables =
  | 'tenant'
  | 'tenantKey'
  | 'provider'
  | 'providerModel'
  | 'requestLog'
  | 'requestSnapshot'
  | 'category'
  | 'ruleSet'
  | 'ruleSetVersion'
  | 'user'
  | 'auditEntry';

type LimitedClient = ReturnType<typeof limitedClient>;

/** Prisma without anything that writes. */
export type ReadClient = Pick<LimitedClient, '$connect'> & {
  readonly [Table in Tables]: Pick<LimitedClient[Table], Read>;
};
