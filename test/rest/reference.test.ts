import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { rolesOf } from '../../src/graphql/requirement.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { createApiTable } from '../../src/rest/docs.ts';
import { prepare } from '../../src/rest/execute.ts';
import { OPEN_ROWS } from '../../src/rest/openapi-gateway.ts';
import { openStage, type Stage } from '../graphql/stage.ts';
import { callOf } from './reference/example.ts';
import { EXAMPLES } from './reference/examples.ts';
import { malformed } from './reference/malformed.ts';
import { readReference } from './reference/reference.ts';

let stage: Stage;
let empty: Stage;
beforeAll(async () => {
  [stage, empty] = await Promise.all([openStage(), openStage({ users: false })]);
});
afterAll(() => Promise.all([stage.close(), empty.close()]));

const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
const reference = readReference();
const table = createApiTable();
const rows = new Map(
  [
    ...table.routes.map((route) => ({ ...route, requirement: prepare(schema, route).requirement })),
    ...table.raw,
  ].map((row): [string, typeof row] => [nameOf(row), row]),
);
const others = new Map(OPEN_ROWS.map((row): [string, typeof row] => [nameOf(row), row]));
const examples = new Map(EXAMPLES.map((example) => [example.row, example]));

describe('the API reference', () => {
  it('is read whole', () => {
    const counts = Map.groupBy(reference, ({ heading }) => heading);
    expect(Object.fromEntries([...counts].map(([heading, all]) => [heading, all.length]))).toEqual({
      'Gateway API': 5,
      Providers: 11,
      Tenants: 7,
      Categories: 7,
      Dashboard: 6,
      Users: 4,
      LDAP: 3,
      'Routing Rule Sets': 1,
      System: 4,
      'Token Estimation': 2,
      'Tenant Portal API': 4,
      'Global Endpoints': 7,
    });
  });

  it('has no row without a route', () => {
    expect(reference.map(nameOf).filter((name) => !rows.has(name) && !others.has(name))).toEqual([]);
  });

  it('stands under the same headings', () => {
    for (const row of reference) {
      const found = rows.get(nameOf(row)) ?? others.get(nameOf(row));
      expect([nameOf(row), found?.heading]).toEqual([nameOf(row), row.heading]);
    }
  });

  const documented = reference.filter(({ who }) => who !== null && who !== 'None');
  it.each(documented)('lets exactly "$who" use $method $path', ({ who, ...row }) => {
    const found = rows.get(nameOf(row));
    const roles = found === undefined ? [] : rolesOf(found.requirement);
    const may: Record<string, readonly string[]> = {
      admin: ['admin'],
      'maintainer+': ['admin', 'maintainer'],
      'any user': ROLES,
    };
    // The step that ends the setup is the first administrator's; whoever is signed in may ask who that is.
    expect(roles).toEqual(who === 'JWT' ? (row.path.endsWith('/me') ? ROLES : ['admin']) : may[who ?? '']);
  });

  it.each(reference.filter(({ who }) => who === 'None'))('leaves $method $path open', (row) => {
    const open = rows.get(nameOf(row))?.requirement === 'nothing';
    const other = others.get(nameOf(row))?.security;
    expect(open || other === 'none' || other === 'metrics').toBe(true);
  });
});

describe('every route', () => {
  it('has an example that tests run', () => {
    const without = table.routes.map(nameOf).filter((name) => !examples.has(name));
    expect(without).toEqual([]);
    expect([...examples.keys()].filter((name) => !rows.has(name))).toEqual([]);
  });

  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const document = table.document();

  it.each(EXAMPLES.filter(({ row }) => rows.has(row)))(
    '$row answers what is documented, in the shape that openapi.json says',
    async (example) => {
      const on = example.first ? empty : stage;
      const { method, path, body, token } = await callOf(example, on);
      const answer = await on.rest(method, path, body, token);
      const row = table.routes.find((route) => nameOf(route) === example.row);
      expect([answer.status, answer.status < 400 ? null : answer.body]).toEqual([row?.status ?? 200, null]);
      expect(answer.body).toEqual(example.answer);
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      const operation =
        document.paths[(row?.path ?? '').replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      const schemaOf = operation?.responses[String(row?.status)]?.content['application/json']?.schema;
      const check = ajv.compile({ ...schemaOf, components: document.components });
      check(answer.body);
      expect(check.errors ?? []).toEqual([]);
    },
  );

  // What a tenant role may call at all, with the id of a tenant in its path or its query.
  const ofTenants = EXAMPLES.flatMap((example) => {
    const row = rows.get(example.row);
    const may = row === undefined ? [] : rolesOf(row.requirement);
    const role = (['tenant-viewer', 'tenant-admin'] as const).find((one) => may.includes(one));
    const inPath = row?.params['id'] === 'Id of the tenant';
    return row === undefined || role === undefined || !(inPath || 'tenantId' in row.query)
      ? []
      : [{ ...example, example, role, inPath }];
  });
  it.each(ofTenants)('$row answers 404 for another tenant', async ({ example, role, inPath }) => {
    const call = await callOf(example, stage);
    const { method, body } = call;
    const [, template = ''] = example.row.split(' ');
    const query = new URLSearchParams(inPath ? call.query : { ...call.query, tenantId: stage.b.id });
    const path = template.replace(':id', stage.b.id);
    const answer = await stage.rest(method, `${path}?${query}`, body, stage.tokens[role]);
    expect([answer.status, answer.body.error?.code]).toEqual([404, 'not_found']);
  });

  const spoilable = EXAMPLES.flatMap((example) => {
    const route = table.routes.find((one) => nameOf(one) === example.row);
    const cases = route === undefined ? [] : malformed(prepare(schema, route));
    return cases.length === 0 ? [] : [{ ...example, example, cases }];
  });
  it.each(spoilable)(
    '$row answers 400 and names the field, for each that is malformed',
    async ({ example, cases }) => {
      const on = example.first ? empty : stage;
      const call = await callOf(example, on);
      for (const { field, value, apply } of cases) {
        const { method, path, body } = apply(call);
        const answer = await on.rest(method, path, body, call.token);
        const named: string[] = (answer.body.error?.fields ?? []).map(
          (problem: { path: string }) => problem.path,
        );
        expect({ field, value, status: answer.status, isNamed: named.includes(field), named }).toMatchObject({
          status: 400,
          isNamed: true,
        });
      }
    },
  );
});
