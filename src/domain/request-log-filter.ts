import { z } from 'zod';
import { Prisma } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { requireTenant, tenantScope } from '../identity/policy.ts';
import type { DimensionColumn, SumColumn } from './usage-source.ts';
import { badInput, requireId, validate } from './validate.ts';

export const REQUEST_STATUSES = ['success', 'error', 'aborted'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

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
  readonly status?: RequestStatus | null | undefined;
  readonly autoRouted?: boolean | null | undefined;
  /** Decided by this rule set, alone or with others. */
  readonly ruleSetId?: string | null | undefined;
  /** By this version of it. */
  readonly ruleSetVersion?: number | null | undefined;
  readonly exclude?: RequestExclusions | null | undefined;
}

/** Values that a request must not have; null, missing and empty alike mean "no condition". */
export interface RequestExclusions {
  readonly tenantIds?: readonly string[] | null | undefined;
  readonly keyIds?: readonly string[] | null | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly providerSlugs?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly users?: readonly string[] | null | undefined;
  readonly sessions?: readonly string[] | null | undefined;
  readonly statuses?: readonly RequestStatus[] | null | undefined;
}

const MAX_EXCLUDED = 100;
const text = z.string().max(1000).nullish();
const texts = z.array(z.string().max(1000)).max(MAX_EXCLUDED).nullish();
const exclusions = z.strictObject({
  tenantIds: texts,
  keyIds: texts,
  models: texts,
  providerSlugs: texts,
  categories: texts,
  users: texts,
  sessions: texts,
  statuses: z.array(z.enum(REQUEST_STATUSES)).max(MAX_EXCLUDED).nullish(),
});
const requestFilter = z.strictObject({
  from: z.date().nullish(),
  to: z.date().nullish(),
  tenantId: z.string().nullish(),
  keyId: z.string().nullish(),
  model: text,
  providerSlug: text,
  category: text,
  user: text,
  sessionId: text,
  status: z.enum(REQUEST_STATUSES).nullish(),
  autoRouted: z.boolean().nullish(),
  ruleSetId: z.string().nullish(),
  ruleSetVersion: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .nullish(),
  exclude: exclusions.nullish(),
});

/** A filter that has been checked, never wider than what the actor may see. */
export interface RequestConditions {
  /** Unix ms. */
  readonly from: number;
  /** Unix ms, exclusive. */
  readonly to: number;
  /** What the rollups know too. */
  readonly dimensions: ReadonlyMap<DimensionColumn, readonly string[]>;
  readonly sessionId: string | null;
  readonly status: RequestStatus | null;
  readonly autoRouted: boolean | null;
  readonly ruleSet: DecidedBy | null;
  /** Column → values that a row must not have. */
  readonly excluded: ReadonlyMap<ExcludedColumn, readonly string[]>;
}

/** A rule set that must have decided; the decision is in each row's trace, which no index knows. */
export interface DecidedBy {
  readonly id: string;
  /** Null = whichever. */
  readonly version: number | null;
  /** Unix ms: before it was there, it decided nothing (request-log-decided.ts). */
  readonly since: number;
}

type ExcludedColumn = Exclude<DimensionColumn, 'cost_tier'> | 'session_id' | 'status';

/**
 * Whether only the log itself can say what fits: the rollups know neither conversations nor decisions, nor what to
 * leave out.
 */
export function isBeyondSums({ sessionId, ruleSet, excluded }: RequestConditions): boolean {
  return sessionId !== null || ruleSet !== null || excluded.size > 0;
}

/** What PostgreSQL can tell apart, and no request is beyond. */
const FOREVER = { from: Date.UTC(1970, 0, 1), to: Date.UTC(9999, 0, 1) };
const COLUMNS = {
  model: 'model',
  providerSlug: 'provider_slug',
  category: 'category',
  user: 'user_name',
} as const satisfies Partial<Record<keyof RequestFilter, DimensionColumn>>;
const EXCLUDED: Readonly<Record<keyof RequestExclusions, ExcludedColumn>> = {
  tenantIds: 'tenant_id',
  keyIds: 'key_id',
  models: 'model',
  providerSlugs: 'provider_slug',
  categories: 'category',
  users: 'user_name',
  sessions: 'session_id',
  statuses: 'status',
};

/** Throws AppError bad_input, or not_found for another tenant's id. */
export function requestConditions(actor: Actor, input: RequestFilter): RequestConditions {
  const given = validate(requestFilter, input);
  const dimensions = new Map<DimensionColumn, readonly string[]>();
  const scope = tenantScope(actor);
  if (given.tenantId != null) {
    const id = requireId(given.tenantId, 'tenant');
    requireTenant(actor, id);
    dimensions.set('tenant_id', [id]);
  } else if (scope !== 'all') dimensions.set('tenant_id', scope);
  if (given.keyId != null) dimensions.set('key_id', [requireId(given.keyId, 'key')]);
  for (const name of Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]) {
    if (given[name] != null) dimensions.set(COLUMNS[name], [withoutNul(given[name])]);
  }
  const from = Math.max(FOREVER.from, given.from?.getTime() ?? FOREVER.from);
  const to = Math.min(FOREVER.to, given.to?.getTime() ?? FOREVER.to);
  if (given.from && given.to && from >= to) {
    throw badInput([{ path: 'from', message: 'must lie before "to"' }]);
  }
  return {
    from,
    to,
    dimensions,
    sessionId: given.sessionId == null ? null : withoutNul(given.sessionId),
    status: given.status ?? null,
    autoRouted: given.autoRouted ?? null,
    ruleSet: decidedBy(given.ruleSetId, given.ruleSetVersion),
    excluded: excludedOf(given.exclude ?? {}),
  };
}

function decidedBy(id: string | null | undefined, version: number | null | undefined): DecidedBy | null {
  if (id != null) return { id: requireId(id, 'rule set'), version: version ?? null, since: FOREVER.from };
  if (version == null) return null;
  throw badInput([{ path: 'ruleSetVersion', message: 'needs "ruleSetId": of which rule set' }]);
}

function excludedOf(given: RequestExclusions): RequestConditions['excluded'] {
  const excluded = new Map<ExcludedColumn, readonly string[]>();
  for (const name of Object.keys(EXCLUDED) as (keyof RequestExclusions)[]) {
    const values = given[name] ?? [];
    if (values.length === 0) continue;
    const kind = name === 'tenantIds' ? 'tenant' : name === 'keyIds' ? 'key' : null;
    excluded.set(
      EXCLUDED[name],
      values.map((value) => (kind === null ? withoutNul(value) : requireId(value, kind))),
    );
  }
  return excluded;
}

/** No stored text has one, and PostgreSQL takes none. */
export function withoutNul(value: string): string {
  return value.replaceAll('\0', '\u{FFFD}');
}

/** Over `usage_hourly` and its sums; at least TRUE. */
export function dimensionsAre(dimensions: RequestConditions['dimensions']): Prisma.Sql {
  const all = [...dimensions].map(([column, values]) => {
    const name = Prisma.raw(column);
    const type = Prisma.raw(column.endsWith('_id') ? 'uuid' : 'text');
    // "=" where there is but one: with a list, an index gives no order.
    return values.length === 1
      ? Prisma.sql`${name} = ${values[0]}::${type}`
      : Prisma.sql`${name} = ANY(${[...values]}::${type}[])`;
  });
  return all.length > 0 ? Prisma.join(all, ' AND ') : Prisma.sql`TRUE`;
}

/** Columns that the rollups do not know as a dimension. */
const NO_DIMENSIONS: readonly ExcludedColumn[] = ['session_id', 'status'];

/** What must not be, as far as the rollups have a column for it. */
export function excludedDimensions({
  excluded,
}: RequestConditions): ReadonlyMap<DimensionColumn, readonly string[]> {
  const known = (column: ExcludedColumn): column is Exclude<ExcludedColumn, 'session_id' | 'status'> =>
    !NO_DIMENSIONS.includes(column);
  return new Map(
    [...excluded].flatMap(([column, values]) => (known(column) ? [[column, values] as const] : [])),
  );
}

/** Over `request_log` and the rollups alike; at least TRUE. */
export function noneOf(excluded: ReadonlyMap<string, readonly string[]>): Prisma.Sql {
  const all = [...excluded].map(([column, values]) => {
    const type = Prisma.raw(column.endsWith('_id') && column !== 'session_id' ? 'uuid' : 'text');
    return Prisma.sql`${Prisma.raw(column)} <> ALL(${[...values]}::${type}[])`;
  });
  return all.length > 0 ? Prisma.join(all, ' AND ') : Prisma.sql`TRUE`;
}

/** Whether a row's trace names a rule set as one of those that decided. */
export function isDecidedBy(
  trace: Prisma.Sql,
  { id, version }: Pick<DecidedBy, 'id' | 'version'>,
): Prisma.Sql {
  const wanted = JSON.stringify([{ id, ...(version === null ? {} : { version }) }]);
  return Prisma.sql`${trace}->'routing'->'ruleSets' @> ${wanted}::jsonb`;
}

/** Over `request_log`, all but the time. */
export function requestIs(conditions: RequestConditions): Prisma.Sql {
  const { dimensions, sessionId, status, autoRouted, ruleSet, excluded } = conditions;
  const all = [dimensionsAre(dimensions)];
  // The second condition lets the partial index be used.
  if (sessionId !== null) all.push(Prisma.sql`session_id = ${sessionId} AND session_id <> ''`);
  if (status !== null) all.push(Prisma.sql`status = ${status}`);
  if (autoRouted !== null) all.push(Prisma.sql`auto_routed = ${autoRouted}`);
  if (ruleSet !== null) {
    // The first condition lets the partial index be used, the second leaves out partitions.
    all.push(Prisma.sql`auto_routed AND at >= ${new Date(ruleSet.since)}::timestamptz`);
    all.push(isDecidedBy(Prisma.sql`trace`, ruleSet));
  }
  if (excluded.size > 0) all.push(noneOf(excluded));
  return Prisma.join(all, ' AND ');
}

export interface CountOfSums {
  readonly columns: readonly SumColumn[];
  /** How many requests of a row of sums fit. */
  readonly count: string;
  /** Whether that cannot be known from the row: two of its counts overlap somehow. */
  readonly unsure: string;
}

const OF_STATUS = {
  success: 'requests - errors - aborted',
  error: 'errors',
  aborted: 'aborted',
} as const satisfies Record<RequestStatus, string>;

/** How the rollups count what fits `status` and `autoRouted`. */
export function countOfSums({ status, autoRouted }: RequestConditions): CountOfSums {
  const columns = ['requests', 'errors', 'aborted', 'auto_routed'] as const;
  const ended = status === null ? 'requests' : `(${OF_STATUS[status]})`;
  const routed = autoRouted === null ? 'requests' : autoRouted ? 'auto_routed' : '(requests - auto_routed)';
  if (status === null || autoRouted === null) {
    return { columns, count: status === null ? routed : ended, unsure: 'FALSE' };
  }
  return {
    columns,
    count: `CASE WHEN ${routed} = requests THEN ${ended} WHEN ${ended} = requests THEN ${routed} ELSE 0 END`,
    unsure: `(${routed} > 0 AND ${ended} > 0 AND ${routed} < requests AND ${ended} < requests)`,
  };
}
