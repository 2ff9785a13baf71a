import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { prepare, variablesOf } from '../../src/rest/execute.ts';
import { ROUTES } from '../../src/rest/routes.ts';
import { send } from '../graphql/stage.ts';
import { openStage, type Stage } from '../graphql/stage.ts';
import { callOf, type Example } from './reference/example.ts';
import { EXAMPLES } from './reference/examples.ts';
import { changesOf, neutral, tablesOf } from './reference/traces.ts';

/** Two databases to which the same happens, to one by REST and to the other by GraphQL over HTTP. */
interface Twins {
  readonly rest: Stage;
  readonly graphql: Stage;
}

let full: Twins;
let empty: Twins;
beforeAll(async () => {
  const open = (users: boolean) => openStage({ users });
  const [a, b, c, d] = await Promise.all([open(true), open(true), open(false), open(false)]);
  [full, empty] = [
    { rest: a, graphql: b },
    { rest: c, graphql: d },
  ];
});
afterAll(() => Promise.all([full, empty].flatMap(({ rest, graphql }) => [rest.close(), graphql.close()])));

const rows = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, prepare(schema, route)]));
const writing = EXAMPLES.filter(({ row }) => {
  const endpoint = rows.get(row);
  const operation = endpoint?.route.document.definitions.find(({ kind }) => kind === 'OperationDefinition');
  return operation?.kind === 'OperationDefinition' && operation.operation === 'mutation';
});

/** A trial: not logged, not priced, not stored. */
const TRACELESS = ['POST /api/prism/admin/providers/:id/chat'];

describe('the same operation through either door', () => {
  it.each(writing)('$row leaves the same rows, audit entries and notices', async (example) => {
    const { rest, graphql } = example.first ? empty : full;
    const byRest = await traces(rest, (stage) => throughRest(example, stage));
    const byGraphql = await traces(graphql, (stage) => throughGraphql(example, stage));
    expect(byGraphql).toEqual(byRest);
    expect(byRest.tables.length > 0).toBe(!TRACELESS.includes(example.row));
  });

  it('is every row that changes anything', () => {
    const mutations = [...rows].filter(([, { route }]) => print(route.document).startsWith('mutation'));
    expect(
      mutations.map(([name]) => name).filter((name) => !writing.some(({ row }) => row === name)),
    ).toEqual([]);
    expect(writing.length).toBeGreaterThan(25);
  });
});

type Act = (stage: Stage) => Promise<() => Promise<void>>;

/** Everything that a call leaves behind, but for what differs between any two calls. */
async function traces(stage: Stage, prepareAct: Act) {
  const act = await prepareAct(stage);
  const before = await tablesOf(stage.world.db);
  await stage.world.notices();
  await act();
  const tables = changesOf(before, await tablesOf(stage.world.db));
  return { tables: tables.map(neutral), notices: neutral(await stage.world.notices()) };
}

async function throughRest(example: Example, stage: Stage) {
  const { method, path, body, token } = await callOf(example, stage);
  return async () => {
    const answer = await stage.rest(method, path, body, token);
    expect([answer.status < 300, answer.body]).toEqual([true, answer.body]);
  };
}

async function throughGraphql(example: Example, stage: Stage) {
  const endpoint = rows.get(example.row);
  if (endpoint === undefined) throw new Error(`there is no row ${example.row}`);
  const { params, query, body = {}, token } = await callOf(example, stage);
  const request = {
    query: print(endpoint.route.document),
    variables: variablesOf(endpoint, { params, query, body }),
  };
  return async () => {
    const answer = await send(`${stage.url}/graphql`, 'POST', request, token);
    expect(answer.body.errors).toBeUndefined();
    const types = Object.values<{ __typename: string }>(answer.body.data).map((one) => one.__typename);
    expect(types.filter((type) => type.endsWith('Error'))).toEqual([]);
  };
}
