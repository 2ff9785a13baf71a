import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import fc from 'fast-check';
import type pg from 'pg';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { boundText, TEXT_LIMITS } from '../../src/accounting/bound-text.ts';
import { createDrain, type Drain } from '../../src/accounting/drain.ts';
import { openJournal, type Journal } from '../../src/accounting/journal.ts';
import type { RequestRecord } from '../../src/accounting/record.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { differences } from './sums.ts';

const log = pino({ level: 'silent' });
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'prism-round-trip-'));
let database: TestDatabase;
let pool: pg.Pool;
let journal: Journal;
let drain: Drain;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 3, applicationName: 'round-trip-test' });
  journal = await openJournal({ dataDir, fsync: false, log });
  drain = createDrain({ journal, pool, log, batchRows: 30, lingerMs: 0 });
  drain.start();
});

afterAll(async () => {
  await drain.stop();
  await journal.close();
  await pool.end();
  await database.drop();
  fs.rmSync(dataDir, { recursive: true, force: true });
});

/** What COPY, JSON and UTF-8 trip over, and anything else, up to beyond every limit. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('\\', '\\N', '\\.', '\t', '\n', '\r', '\0', '\ud800', '\udc00', '"', 'é', '😀'))
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(3_000))
    .map(([any, length]) => any.repeat(length).slice(0, length)),
);
const whole = fc.oneof(fc.nat(10_000), fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, 2 ** 31));
const attempt = fc.record({
  provider: text,
  model: text,
  startMs: fc.nat(),
  durationMs: fc.nat(),
  outcome: text,
});

const records: fc.Arbitrary<RequestRecord> = fc.record({
  id: fc.constant('').map(uuidv7),
  at: fc.oneof(
    fc.integer({ min: 0, max: 4e12 }),
    fc.constantFrom(0, 1, 8.64e15, NaN, Date.UTC(2026, 0, 1) - 1),
  ),
  tenantId: fc.uuid(),
  keyId: fc.uuid(),
  providerId: fc.option(fc.uuid()),
  providerSlug: text,
  operation: fc.constantFrom('chat', 'embeddings'),
  requestedModel: text,
  model: text,
  baselineModel: text,
  category: text,
  costTier: text,
  autoRouted: fc.boolean(),
  userName: text,
  sessionId: text,
  status: fc.constantFrom('success', 'error', 'aborted'),
  httpStatus: whole,
  errorType: text,
  errorCode: text,
  errorMessage: text,
  streamed: fc.boolean(),
  durationMs: whole,
  ttftMs: fc.option(whole),
  attempts: whole,
  contextFallback: fc.boolean(),
  usage: fc.record({
    inputTokens: whole,
    cachedTokens: whole,
    cacheWriteTokens: whole,
    cacheWrite1hTokens: whole,
    inputAudioTokens: whole,
    outputTokens: whole,
    reasoningTokens: whole,
    outputAudioTokens: whole,
  }),
  usageEstimated: fc.boolean(),
  priced: fc.boolean(),
  actualCostPico: fc.oneof(fc.maxSafeNat(), whole),
  baselineCostPico: fc.oneof(fc.maxSafeNat(), fc.constantFrom(2 ** 60, Infinity, -1)),
  trace: fc.option(fc.record({ plannedMs: fc.nat(), attempts: fc.array(attempt, { maxLength: 3 }) })),
  snapshot: fc.option(text),
});

const clamp = (value: number, most = 2 ** 31 - 1): number =>
  Number.isNaN(value) || value < 0 ? 0 : Math.min(Math.round(value), most) + 0;
const pico = (value: number): number => clamp(value, 2 ** 63 - 1_024);

/** The row that a record must become. */
function expected(record: RequestRecord): Record<string, unknown> {
  const { usage, trace } = record;
  const name = (any: string): string => boundText(any, TEXT_LIMITS.name);
  const word = (any: string): string => boundText(any, TEXT_LIMITS.word);
  return {
    id: record.id,
    at: clamp(record.at, 8.64e15),
    tenant_id: record.tenantId,
    key_id: record.keyId,
    provider_id: record.providerId,
    provider_slug: word(record.providerSlug),
    operation: record.operation,
    requested_model: name(record.requestedModel),
    model: name(record.model),
    baseline_model: name(record.baselineModel),
    category: word(record.category),
    cost_tier: word(record.costTier),
    auto_routed: record.autoRouted,
    user_name: name(record.userName),
    session_id: name(record.sessionId),
    status: record.status,
    http_status: clamp(record.httpStatus),
    error_type: word(record.errorType),
    error_code: word(record.errorCode),
    error_message: boundText(record.errorMessage, TEXT_LIMITS.errorMessage),
    streamed: record.streamed,
    duration_ms: clamp(record.durationMs),
    ttft_ms: record.ttftMs === null ? null : clamp(record.ttftMs),
    attempts: clamp(record.attempts),
    context_fallback: record.contextFallback,
    input_tokens: clamp(usage.inputTokens),
    cached_tokens: clamp(usage.cachedTokens),
    cache_write_tokens: clamp(usage.cacheWriteTokens),
    output_tokens: clamp(usage.outputTokens),
    reasoning_tokens: clamp(usage.reasoningTokens),
    usage_estimated: record.usageEstimated,
    priced: record.priced,
    actual_cost: pico(record.actualCostPico),
    baseline_cost: pico(record.baselineCostPico),
    trace: trace === null ? null : { ...trace, attempts: trace.attempts.map(boundAttempt) },
    snapshot: record.snapshot === null ? null : boundText(record.snapshot, Infinity),
  };
}

type Attempt = NonNullable<RequestRecord['trace']>['attempts'][number];

function boundAttempt(one: Attempt): Attempt {
  const bound = (any: string): string => boundText(any, Infinity);
  return { ...one, provider: bound(one.provider), model: bound(one.model), outcome: bound(one.outcome) };
}

async function drained(some: readonly RequestRecord[]): Promise<Record<string, unknown>[]> {
  for (const request of some) journal.append({ kind: 'request', request }, () => undefined);
  await drain.flush();
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT l.*, (extract(epoch FROM l.at) * 1000)::float8 AS at, (actual_cost * 1e12)::float8 AS actual_cost,
       (baseline_cost * 1e12)::float8 AS baseline_cost, s.content AS snapshot
     FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, i)
     JOIN request_log l USING (id) LEFT JOIN request_snapshot s USING (id) ORDER BY i`,
    [some.map(({ id }) => id)],
  );
  return rows;
}

test('any record comes back from PostgreSQL as it was, within its bounds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(records, { minLength: 1, maxLength: 60 }), async (some) => {
      expect(await drained(some)).toEqual(some.map(expected));
    }),
    { numRuns: 25 },
  );
  expect(journal.quarantine.count).toBe(0);
  expect(await differences(pool)).toEqual([]);
});
