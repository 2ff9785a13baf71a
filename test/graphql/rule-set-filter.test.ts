import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_DECISIONS } from '../../src/domain/request-log-decided.ts';
import { until } from '../kit/prism.ts';
import { connect } from './live-client.ts';
import { idsOf, openLiveStage, REQUESTS, type LiveStage } from './live-stage.ts';

let stage: LiveStage;
let database: pg.Pool;
let ruleSetId: string;
/** By the first version, by the second, and by none: the client named its model. */
let old: string;
let recent: string;
let named: string;

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  stage = await openLiveStage();
  const { first, second, a } = stage;
  database = new pg.Pool({ connectionString: first.databaseUrl, max: 1 });
  ({ id: ruleSetId } = (await stage.query('{ ruleSets { id } }')).ruleSets[0]);
  old = await stage.ask(a, first, 'auto');
  await stage.query(
    'mutation ($id: ID!, $input: RuleSetInput!) { updateRuleSet(id: $id, input: $input) { ... on RuleSet { version } ... on Error { message } } }',
    first.token,
    {
      id: ruleSetId,
      input: {
        note: 'Another one',
        definition: { rules: [{ name: 'Hello', keywords: ['hello'], effects: { tierMax: 'low' } }] },
      },
    },
  );
  await until(async () => {
    recent = await stage.ask(a, first, 'auto');
    await first.prism.flush();
    const { requestLog } = await stage.query(`{ requestLog(id: "${recent}") { trace } }`);
    return requestLog.trace.routing.ruleSets[0].version === 2;
  });
  named = await stage.ask(a, second);
  await Promise.all([first.prism.flush(), second.prism.flush()]);
});
afterAll(async () => {
  await database.end();
  await stage.close();
});

const LOG = `query ($filter: RequestLogFilter!) {
  requestLogs(filter: $filter) { totalCount edges { node { id } } }
  requestLogPage(filter: $filter) { total requests { id } }
  requestLogVolume(filter: $filter) { requests }
}`;

/** Page, numbered page, totals and volume say the same. */
async function idsOfLog(filter: object, token?: string): Promise<string[]> {
  const { requestLogs, requestLogPage, requestLogVolume } = await stage.query(LOG, token, { filter });
  const ids = requestLogs.edges.map(({ node }: { node: { id: string } }) => node.id);
  expect(requestLogPage.requests.map(({ id }: { id: string }) => id)).toEqual(ids);
  const volume = requestLogVolume.reduce((sum: number, it: { requests: number }) => sum + it.requests, 0);
  expect([requestLogs.totalCount, requestLogPage.total, volume]).toEqual(
    Array.from({ length: 3 }, () => ids.length),
  );
  return ids;
}

async function refused(filter: object): Promise<{ path: string; message: string }> {
  const response = await fetch(`${stage.first.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.first.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: LOG, variables: { filter } }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  const { errors } = (await response.json()) as any;
  expect(errors[0].extensions.code).toBe('bad_input');
  return errors[0].extensions.fields[0];
}

describe('the log of what a rule set has decided', () => {
  it('has its requests, by any of its versions or by one', async () => {
    const all = await idsOfLog({ ruleSetId });
    expect(all).toEqual(expect.arrayContaining([old, recent]));
    expect(all).not.toContain(named);
    expect(await idsOfLog({ ruleSetId: ruleSetId.toUpperCase(), ruleSetVersion: 2 })).toEqual([recent]);
    const first = await idsOfLog({ ruleSetId, ruleSetVersion: 1 });
    expect([...first, recent].toSorted()).toEqual(all.toSorted());
    expect(await idsOfLog({ ruleSetId, ruleSetVersion: 3 })).toEqual([]);
  });

  it('goes together with other conditions, and shows nobody more than their own', async () => {
    expect(await idsOfLog({ ruleSetId, tenantId: stage.b.id })).toEqual([]);
    expect(await idsOfLog({ ruleSetId, ruleSetVersion: 2, status: 'SUCCESS' })).toEqual([recent]);
    expect(await idsOfLog({ ruleSetId, exclude: { tenantIds: [stage.a.id] } })).toEqual([]);
    const { token } = await stage.someone('TENANT_VIEWER', [stage.b.id]);
    expect(await idsOfLog({ ruleSetId }, token)).toEqual([]);
  });

  it('has the topmost and the export, too', async () => {
    const filter = { ruleSetId, ruleSetVersion: 2, from: new Date(Date.now() - HOUR_MS) };
    const { topRequestLogs } = await stage.query(
      'query ($filter: RequestLogFilter!) { topRequestLogs(filter: $filter, by: COST) { id } }',
      undefined,
      { filter },
    );
    expect(topRequestLogs).toEqual([{ id: recent }]);
    const response = await fetch(
      `${stage.first.url}/api/prism/admin/dashboard/requests/export?format=jsonl&ruleSetId=${ruleSetId}&ruleSetVersion=2`,
      { headers: { authorization: `Bearer ${stage.first.token}` } },
    );
    const lines = (await response.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([recent]);
  });

  it('is refused for a version of nothing, and where there is too much to look at', async () => {
    expect(await refused({ ruleSetVersion: 1 })).toMatchObject({ path: 'ruleSetVersion' });
    const add = (decisions: number) =>
      database.query('UPDATE usage_hourly SET auto_routed = auto_routed + $1 WHERE auto_routed > 0', [
        decisions,
      ]);
    await add(MOST_DECISIONS);
    const { path, message } = await refused({ ruleSetId });
    expect(path).toBe('filter.ruleSetId');
    expect(message).toContain('needs a shorter time, or one tenant');
    const before = { ruleSetId, to: new Date(Date.now() - 2 * HOUR_MS) };
    expect(await idsOfLog(before)).toEqual([]);
    expect(await idsOfLog({ ruleSetId, tenantId: stage.b.id })).toEqual([]);
    await add(-MOST_DECISIONS);
  });
});

describe('what is live of a rule set', () => {
  it('is what it decides, of what was missed and of what comes', async () => {
    const after = await stage.endOfLog();
    const missed = [await stage.ask(stage.a, stage.first, 'auto'), await stage.ask(stage.a)];
    const client = await connect(stage.first.url, stage.first.token);
    const all = client.follow(REQUESTS, { after });
    await until(() => all.events.length === 2);
    const filters = [{ ruleSetId }, { ruleSetId, ruleSetVersion: 2 }, { ruleSetId, ruleSetVersion: 1 }];
    const followed = filters.map((filter) => client.follow(REQUESTS, { filter, after }));
    await until(() => followed[0]?.events.length === 1 && followed[1]?.events.length === 1);
    const live = [await stage.ask(stage.a), await stage.ask(stage.a, stage.first, 'auto')];
    await until(() => all.events.length === 4);
    await until(() => followed[0]?.events.length === 2 && followed[1]?.events.length === 2);
    expect(followed.map(idsOf)).toEqual([[missed[0], live[1]], [missed[0], live[1]], []]);
    client.socket.close();
  });

  it('is refused for a version of nothing, and for what is no id', async () => {
    const client = await connect(stage.first.url, stage.first.token);
    for (const filter of [{ ruleSetVersion: 1 }, { ruleSetId: 'x' }]) {
      const followed = client.follow(REQUESTS, { filter });
      await until(() => followed.errors !== null || followed.completed);
      expect(JSON.stringify(followed)).toContain('bad_input');
    }
    client.socket.close();
  });
});
