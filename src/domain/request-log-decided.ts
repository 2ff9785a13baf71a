import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { countDays, readShape } from './request-log-counts.ts';
import type { RequestConditions } from './request-log-filter.ts';
import { badInput } from './validate.ts';

const HOUR_MS = 3_600_000;

/**
 * So many decisions are looked at for one rule set. It stands in each row's trace, beside all that was weighed up, which
 * has to be unpacked: some 10 µs a row.
 */
export const MOST_DECISIONS = 200_000;

type Reader = Pick<PrismaClient, '$queryRaw' | 'ruleSet' | 'ruleSetVersion'>;

/**
 * The same conditions with what is known of their rule set, which is what keeps them quick: it decides nothing before it
 * is there, and nothing of other tenants than its own. Throws bad_input when there is too much left to look at.
 */
export async function boundDecisions(db: Reader, conditions: RequestConditions): Promise<RequestConditions> {
  const { ruleSet } = conditions;
  if (ruleSet === null) return conditions;
  const { id, version } = ruleSet;
  const set = await db.ruleSet.findUnique({ where: { id }, select: { tenantId: true, createdAt: true } });
  const made =
    version === null
      ? set
      : await db.ruleSetVersion.findUnique({
          where: { ruleSetId_version: { ruleSetId: id, version } },
          select: { createdAt: true },
        });
  // A request may have come long before it was decided: its body was still on its way, or a clock is late.
  const since = made === null ? 0 : made.createdAt.getTime() - HOUR_MS;
  const dimensions = new Map(conditions.dimensions);
  const seen = dimensions.get('tenant_id');
  if (set?.tenantId != null && (seen === undefined || seen.includes(set.tenantId))) {
    dimensions.set('tenant_id', [set.tenantId]);
  }
  const bounded = { ...conditions, dimensions, ruleSet: { ...ruleSet, since } };
  const decisions = await countDecisions(db, bounded, since);
  if (decisions <= MOST_DECISIONS) return bounded;
  const many = decisions.toLocaleString('en');
  const most = MOST_DECISIONS.toLocaleString('en');
  throw badInput([
    {
      path: 'filter.ruleSetId',
      message: `needs a shorter time, or one tenant: the router has decided ${many} requests in this one, and at most ${most} are looked at`,
    },
  ]);
}

/** How many there are in the whole hours around the time, as the rollups know them. */
async function countDecisions(db: Reader, conditions: RequestConditions, since: number): Promise<number> {
  const hours = {
    from: Math.floor(Math.max(conditions.from, since) / HOUR_MS) * HOUR_MS,
    to: Math.ceil(conditions.to / HOUR_MS) * HOUR_MS,
  };
  if (hours.from >= hours.to) return 0;
  const decided = {
    ...conditions,
    status: null,
    sessionId: null,
    autoRouted: true,
    ruleSet: null,
    excluded: new Map(),
  };
  const days = await countDays(db, decided, hours, await readShape(db));
  return [...days.values()].reduce((sum, count) => sum + count, 0);
}
