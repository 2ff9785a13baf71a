import { z } from 'zod';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant, tenantScope } from '../identity/policy.ts';
import { DIMENSION_NAMES, MEASURE_NAMES, type Dimension, type Measure } from './usage-measures.ts';
import { periodFields, resolvePeriod, type PeriodInput } from './usage-period.ts';
import type { UsageAnswer, UsageReader } from './usage-query.ts';
import type { DimensionColumn } from './usage-source.ts';
import { badInput, requireId, validate } from './validate.ts';

export const MAX_GROUPS = 1000;
const DEFAULT_GROUPS = 100;
const MAX_OFFSET = 1_000_000;
const MAX_VALUES = 200;

/** Any of the values; null and missing = all. */
export interface UsageFilter {
  readonly models?: readonly string[] | null | undefined;
  readonly providers?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly tiers?: readonly string[] | null | undefined;
  readonly tenantIds?: readonly string[] | null | undefined;
  readonly users?: readonly string[] | null | undefined;
  readonly keyIds?: readonly string[] | null | undefined;
}

export interface UsageOrder {
  /** A measure, or a dimension that is grouped by. */
  readonly by: Dimension | Measure;
  /** Default: measures descending, dimensions ascending. */
  readonly direction?: 'asc' | 'desc' | null | undefined;
}

export interface UsageInput extends PeriodInput {
  readonly groupBy?: readonly Dimension[] | null | undefined;
  readonly filter?: UsageFilter | null | undefined;
  readonly orderBy?: readonly UsageOrder[] | null | undefined;
  /** At most MAX_GROUPS; default 100. */
  readonly first?: number | null | undefined;
  readonly offset?: number | null | undefined;
  /** What is wanted; all when missing. Those that are not come as null. */
  readonly measures?: readonly Measure[] | null | undefined;
}

export interface UsageResult extends UsageAnswer {
  readonly from: Date;
  readonly to: Date;
  readonly timeZone: string;
}

export interface Usage {
  /**
   * Sums of the actor's tenants by any combination of dimensions, from the rollups. Another tenant's id → not_found,
   * what cannot be answered → bad_input with the field.
   */
  usage(actor: Actor, input: UsageInput): Promise<UsageResult>;
}

export interface UsageDeps {
  readonly reader: UsageReader;
  readonly clock: () => Date;
}

const values = z.array(z.string().max(1000)).max(MAX_VALUES).nullish();
const usageInput = z.strictObject({
  ...periodFields,
  groupBy: z.array(z.enum(DIMENSION_NAMES)).nullish(),
  filter: z
    .strictObject({
      models: values,
      providers: values,
      categories: values,
      tiers: values,
      tenantIds: values,
      users: values,
      keyIds: values,
    })
    .nullish(),
  orderBy: z
    .array(
      z.strictObject({
        by: z.enum([...MEASURE_NAMES, ...DIMENSION_NAMES]),
        direction: z.enum(['asc', 'desc']).nullish(),
      }),
    )
    .max(5)
    .nullish(),
  first: z.int().min(1).max(MAX_GROUPS).nullish(),
  offset: z.int().min(0).max(MAX_OFFSET).nullish(),
  measures: z.array(z.enum(MEASURE_NAMES)).nullish(),
});

const FILTER_COLUMNS = {
  models: 'model',
  providers: 'provider_slug',
  categories: 'category',
  tiers: 'cost_tier',
  users: 'user_name',
} as const satisfies Partial<Record<keyof UsageFilter, DimensionColumn>>;

export function createUsage({ reader, clock }: UsageDeps): Usage {
  return {
    async usage(actor, input) {
      authorize(actor, 'usage.read');
      const given = validate(usageInput, input);
      const groupBy = [...new Set(given.groupBy ?? [])];
      const orderBy = orderOf(given.orderBy ?? [], groupBy);
      const period = resolvePeriod(given, clock());
      const answer = await reader.read({
        period,
        groupBy,
        named: [],
        filter: columnsOf(actor, given.filter ?? {}),
        orderBy,
        limit: given.first ?? DEFAULT_GROUPS,
        offset: given.offset ?? 0,
        measures: new Set([
          ...(given.measures ?? MEASURE_NAMES),
          ...orderBy.map(({ by }) => by).filter((by) => isOneOf(MEASURE_NAMES, by)),
        ]),
      });
      return {
        ...answer,
        from: new Date(period.from),
        to: new Date(period.to),
        timeZone: period.zone.name,
      };
    },
  };
}

function orderOf(given: readonly UsageOrder[], groupBy: readonly Dimension[]) {
  const problems = given.flatMap(({ by }, i) =>
    isOneOf(DIMENSION_NAMES, by) && !groupBy.includes(by)
      ? [{ path: `orderBy.${i}.by`, message: 'must be a measure, or a dimension of "groupBy"' }]
      : [],
  );
  if (problems.length > 0) throw badInput(problems);
  const time = groupBy.find((name) => name === 'day' || name === 'hour');
  const wanted = given.length > 0 ? given : [{ by: time ?? ('requests' as const) }];
  return wanted.map(({ by, direction }) => ({
    by,
    descending: direction ? direction === 'desc' : isOneOf(MEASURE_NAMES, by),
  }));
}

/** The filter by columns, never wider than what the actor may see. Another tenant's id → not_found. */
export function columnsOf(actor: Actor, filter: UsageFilter): Map<DimensionColumn, readonly string[]> {
  const columns = new Map<DimensionColumn, readonly string[]>();
  for (const name of Object.keys(FILTER_COLUMNS) as (keyof typeof FILTER_COLUMNS)[]) {
    if (filter[name]) columns.set(FILTER_COLUMNS[name], filter[name].map(withoutNul));
  }
  const scope = tenantScope(actor);
  if (filter.tenantIds) {
    const ids = filter.tenantIds.map((id) => requireId(id, 'tenant'));
    for (const id of ids) requireTenant(actor, id);
    columns.set('tenant_id', ids);
  } else if (scope !== 'all') columns.set('tenant_id', scope);
  if (filter.keyIds) {
    columns.set(
      'key_id',
      filter.keyIds.map((id) => requireId(id, 'key')),
    );
  }
  return columns;
}

/** No stored text has one, and PostgreSQL takes none. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}

function isOneOf<T extends string>(list: readonly T[], name: string): name is T {
  return list.some((one) => one === name);
}
