import { z } from 'zod';
import { Prisma, type RequestLog } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { isDecidedBy, type DecidedBy, type RequestExclusions } from './request-log-filter.ts';

/** The tenants that somebody may see (identity/policy.ts, tenantScope). */
export type TenantScope = 'all' | readonly string[];

/** Which requests to follow; all conditions that are given must hold. Null and missing alike mean "no condition". */
export interface LiveFilter {
  readonly tenantId?: string | null | undefined;
  readonly keyId?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly providerSlug?: string | null | undefined;
  readonly category?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly autoRouted?: boolean | null | undefined;
  /** Decided by this rule set, alone or with others. */
  readonly ruleSetId?: string | null | undefined;
  /** By this version of it. */
  readonly ruleSetVersion?: number | null | undefined;
  readonly exclude?: RequestExclusions | null | undefined;
}

type Condition = readonly [
  Exclude<keyof LiveFilter, 'exclude' | 'ruleSetId' | 'ruleSetVersion'>,
  keyof RequestLog,
  Prisma.Sql,
];

/** Each condition asks for a column to be equal: once of rows in memory, once of PostgreSQL. */
const CONDITIONS: readonly Condition[] = [
  ['tenantId', 'tenantId', Prisma.sql`r.tenant_id::text`],
  ['keyId', 'keyId', Prisma.sql`r.key_id::text`],
  ['model', 'model', Prisma.sql`r.model`],
  ['providerSlug', 'providerSlug', Prisma.sql`r.provider_slug`],
  ['category', 'category', Prisma.sql`r.category`],
  ['user', 'userName', Prisma.sql`r.user_name`],
  ['sessionId', 'sessionId', Prisma.sql`r.session_id`],
  ['status', 'status', Prisma.sql`r.status`],
  ['autoRouted', 'autoRouted', Prisma.sql`r.auto_routed`],
];
/** The same the other way round: none of several values. */
const EXCLUSIONS: Readonly<Record<keyof RequestExclusions, Condition[0]>> = {
  tenantIds: 'tenantId',
  keyIds: 'keyId',
  models: 'model',
  providerSlugs: 'providerSlug',
  categories: 'category',
  users: 'user',
  sessions: 'sessionId',
  statuses: 'status',
};
const MAX_EXCLUDED = 100;
const IDS: readonly (keyof LiveFilter)[] = ['tenantId', 'keyId'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface CompiledFilter {
  readonly accepts: (row: RequestLog) => boolean;
  readonly where: readonly Prisma.Sql[];
}

/** Throws AppError bad_input for an id that cannot be one. */
export function compileFilter(filter: LiveFilter): CompiledFilter {
  const wanted = CONDITIONS.flatMap(([name, column, sql]) => {
    const value = filter[name];
    if (value === null || value === undefined) return [];
    return [{ column, sql, value: IDS.includes(name) ? uuid(name, value) : value }];
  });
  const unwanted = exclusionsOf(filter.exclude ?? {});
  const ruleSet = ruleSetOf(filter);
  return {
    accepts: (row) =>
      wanted.every(({ column, value }) => row[column] === value) &&
      (ruleSet === null || hasDecided(row.trace, ruleSet)) &&
      unwanted.every(({ column, values }) => !values.some((value) => row[column] === value)),
    // PostgreSQL refuses a text with a NUL; no row has one.
    where: [
      ...wanted.map(({ sql, value }) =>
        typeof value === 'string' && value.includes('\0') ? Prisma.sql`FALSE` : Prisma.sql`${sql} = ${value}`,
      ),
      ...(ruleSet === null ? [] : [isDecidedBy(Prisma.sql`r.trace`, ruleSet)]),
      ...unwanted.map(({ sql, values }) => Prisma.sql`${sql} <> ALL(${values}::text[])`),
    ],
  };
}

type RuleSet = Pick<DecidedBy, 'id' | 'version'>;

function ruleSetOf({ ruleSetId, ruleSetVersion }: LiveFilter): RuleSet | null {
  if (ruleSetId != null) return { id: uuid('ruleSetId', ruleSetId), version: ruleSetVersion ?? null };
  if (ruleSetVersion == null) return null;
  throw new AppError('bad_input', '"filter.ruleSetVersion" needs "filter.ruleSetId".', {
    fields: [{ path: 'filter.ruleSetVersion', message: 'needs "ruleSetId": of which rule set' }],
  });
}

const decided = z.object({
  routing: z.object({ ruleSets: z.array(z.object({ id: z.string(), version: z.number() })) }),
});

/** What `isDecidedBy` asks PostgreSQL, of a row in memory. */
function hasDecided(trace: RequestLog['trace'], { id, version }: RuleSet): boolean {
  const sets = decided.safeParse(trace).data?.routing.ruleSets ?? [];
  return sets.some((set) => set.id === id && (version === null || set.version === version));
}

function exclusionsOf(given: RequestExclusions) {
  const names = Object.keys(EXCLUSIONS) as (keyof RequestExclusions)[];
  return names.flatMap((name) => {
    const values = (given[name] ?? []).filter((value) => !value.includes('\0'));
    const found = CONDITIONS.find(([condition]) => condition === EXCLUSIONS[name]);
    if (values.length === 0 || found === undefined) return [];
    if (values.length > MAX_EXCLUDED) {
      const path = `filter.exclude.${name}`;
      throw new AppError('bad_input', `"${path}" has more than ${MAX_EXCLUDED} values.`, {
        fields: [{ path, message: `must have at most ${MAX_EXCLUDED} values` }],
      });
    }
    const isIds = name === 'tenantIds' || name === 'keyIds';
    const [, column, sql] = found;
    return [{ column, sql, values: isIds ? values.map((id) => uuid(`exclude.${name}`, id)) : values }];
  });
}

function uuid(name: string, value: string | boolean): string {
  if (typeof value === 'string' && UUID.test(value)) return value.toLowerCase();
  throw new AppError('bad_input', `"filter.${name}" is no id.`, {
    fields: [{ path: `filter.${name}`, message: 'must be an id (UUID)' }],
  });
}
