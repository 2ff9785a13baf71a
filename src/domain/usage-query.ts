import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Dimension, Measure, Measures } from './usage-measures.ts';
import { daysOf, type Period } from './usage-period.ts';
import type { DimensionColumn } from './usage-source.ts';
import { usageStatement } from './usage-statement.ts';

/** A question that has been checked. */
export interface UsageQuery {
  readonly period: Pick<Period, 'from' | 'to' | 'zone'>;
  readonly groupBy: readonly Dimension[];
  /** Any of the values of each; no entry = no condition. Ids are UUIDs. */
  readonly filter: ReadonlyMap<DimensionColumn, readonly string[]>;
  /** What must not be empty. */
  readonly named: readonly DimensionColumn[];
  /** Each costs something, the percentiles and the users most. */
  readonly measures: ReadonlySet<Measure>;
  readonly orderBy: readonly { readonly by: Dimension | Measure; readonly descending: boolean }[];
  readonly limit: number;
  readonly offset: number;
}

/** Dimensions that were not grouped by are missing; `day` is a local date. */
export interface UsageGroup extends Measures {
  readonly day?: string;
  readonly hour?: Date;
  readonly model?: string;
  readonly provider?: string;
  readonly category?: string;
  readonly tier?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly key?: string;
}

export interface UsageAnswer {
  readonly groups: readonly UsageGroup[];
  /** Of all groups, also those beyond the limit. */
  readonly total: Measures;
  readonly groupCount: number;
}

export interface UsageReader {
  /** One statement over the rollups. */
  read(query: UsageQuery): Promise<UsageAnswer>;
}

/** `day` is the day's number in the period, from 1; `hour` Unix ms. */
interface Row extends Omit<UsageGroup, 'hour'> {
  readonly hour?: string;
  readonly place: number;
  readonly groupCount: number;
  readonly until: Date;
}

export function createUsageReader(db: PrismaClient): UsageReader {
  /** Where the sums ended when we last looked. */
  let known: number | null = null;

  return {
    async read(query) {
      for (;;) {
        const assumed = known ?? (await readUntil(db));
        const rows = await db.$queryRaw<Row[]>(usageStatement(query, assumed));
        const total = rows.find(({ place }) => place === 0);
        if (total === undefined) throw new Error('a sum without a row');
        known = total.until.getTime();
        // They had moved on before the statement began: what was assumed does not fit what was read.
        if (known !== assumed) continue;
        const groups = rows.filter(({ place }) => place > 0).toSorted((a, b) => a.place - b.place);
        return { groups: groupsOf(groups, query), total, groupCount: total.groupCount };
      }
    },
  };
}

/** Where the sums end, in Unix ms. */
export async function readUntil(db: Pick<PrismaClient, '$queryRaw'>): Promise<number> {
  const [row] = await db.$queryRaw<{ until: Date }[]>`SELECT until FROM usage_compaction`;
  return row?.until.getTime() ?? 0;
}

function groupsOf(rows: readonly Row[], { groupBy, period }: UsageQuery): UsageGroup[] {
  const days = groupBy.includes('day') ? daysOf(period) : [];
  return rows.map(({ day, hour, ...row }) => ({
    ...row,
    ...(day === undefined ? {} : { day: days[Number(day) - 1]?.date ?? '' }),
    ...(hour === undefined ? {} : { hour: new Date(Number(hour)) }),
  }));
}
