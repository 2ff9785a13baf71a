import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import type { PrismaClient, RequestLog } from '../../src/database/generated/prisma/client.ts';
import { createUsageCompaction } from '../../src/domain/usage-compaction.ts';
import { createSilentLog } from '../kit/silent-log.ts';
import { sumUp } from '../kit/sum-up.ts';

export const NOW = new Date('2026-11-01T12:20:00Z');
export const MODELS = ['gpt-4o', 'sonnet', ''];
export const PROVIDERS = ['openai', 'anthropic', ''];
export const CATEGORIES = ['', 'coding', 'sql'];
export const TIERS = ['', 'low', 'high'];
export const USERS = ['', 'ann', 'bob', 'çelik "=1'];
export const SESSIONS = ['', '', 's-1', 's-2'];
/** Of tenants and keys that have no row: the log has no foreign keys. */
export const IDS = { tenants: [uuidv7(), uuidv7(), uuidv7()], keys: [uuidv7(), uuidv7()] };

/** What a test cares for of a request; `minutesAgo` before NOW. */
export interface Sketch {
  readonly minutesAgo: number;
  readonly tenant: number;
  readonly key: number;
  readonly model: number;
  readonly provider: number;
  readonly category: number;
  readonly tier: number;
  readonly user: number;
  readonly session: number;
  readonly status: 'success' | 'error' | 'aborted';
  readonly autoRouted: boolean;
  readonly tokens: number;
  readonly durationMs: number;
  readonly answered: boolean;
  readonly priced: boolean;
}

export const sketch: fc.Arbitrary<Sketch> = fc.record({
  // Much near the present and the borders of days, some far away.
  minutesAgo: fc.oneof(fc.nat(180), fc.nat(3 * 24 * 60), fc.nat(20 * 24 * 60)),
  tenant: fc.nat(2),
  key: fc.nat(1),
  model: fc.nat(2),
  provider: fc.nat(2),
  category: fc.nat(2),
  tier: fc.nat(2),
  user: fc.nat(3),
  session: fc.nat(3),
  status: fc.constantFrom('success', 'error', 'aborted'),
  autoRouted: fc.boolean(),
  tokens: fc.nat(100_000),
  durationMs: fc.nat(700_000),
  answered: fc.boolean(),
  priced: fc.boolean(),
});

export function rowOf(it: Sketch): RequestLogInput {
  return {
    id: uuidv7(),
    at: new Date(NOW.getTime() - it.minutesAgo * 60_000),
    tenantId: IDS.tenants[it.tenant] ?? '',
    keyId: IDS.keys[it.key] ?? '',
    providerSlug: PROVIDERS[it.provider] ?? '',
    operation: 'chat',
    requestedModel: 'm',
    model: MODELS[it.model] ?? '',
    baselineModel: 'm',
    category: CATEGORIES[it.category] ?? '',
    costTier: TIERS[it.tier] ?? '',
    userName: USERS[it.user] ?? '',
    sessionId: SESSIONS[it.session] ?? '',
    status: it.status,
    autoRouted: it.autoRouted,
    httpStatus: 200,
    durationMs: it.durationMs,
    ttftMs: it.answered ? Math.floor(it.durationMs / 3) : null,
    inputTokens: it.tokens,
    cachedTokens: Math.floor(it.tokens / 2),
    cacheWriteTokens: Math.floor(it.tokens / 5),
    outputTokens: Math.floor(it.tokens / 7),
    reasoningTokens: Math.floor(it.tokens / 11),
    actualCost: (it.tokens * 1.25e-6).toFixed(12),
    baselineCost: (it.tokens * 3.1e-6).toFixed(12),
    priced: it.priced,
  };
}
export type RequestLogInput = Omit<
  RequestLog,
  | 'actualCost'
  | 'baselineCost'
  | 'providerId'
  | 'errorType'
  | 'errorCode'
  | 'errorMessage'
  | 'streamed'
  | 'attempts'
  | 'contextFallback'
  | 'usageEstimated'
  | 'trace'
> & { actualCost: string; baselineCost: string };

export async function logged(db: PrismaClient, sketches: readonly Sketch[]): Promise<RequestLogInput[]> {
  const rows = sketches.map(rowOf);
  // Few at a time: Prisma would send the parts of a large one all at once, on one connection.
  for (let done = 0; done < rows.length; done += 500) {
    await db.requestLog.createMany({ data: rows.slice(done, done + 500) });
  }
  await sumUp(
    db,
    rows.map(({ id }) => id),
  );
  return rows;
}

/** As if the job had run at that moment. */
export async function compacted(db: PrismaClient, at: Date): Promise<void> {
  await createUsageCompaction({ db, clock: () => at, log: createSilentLog() }).run();
}

export async function uncompacted(db: PrismaClient): Promise<void> {
  await db.$executeRaw`TRUNCATE usage_sum, usage_latency`;
  await db.$executeRaw`UPDATE usage_compaction SET until = 'epoch'`;
}
