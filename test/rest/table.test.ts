import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { ROLES, type Role } from '../../src/identity/actor.ts';
import { POLICY } from '../../src/identity/policy.ts';
import { createApiTable } from '../../src/rest/docs.ts';
import { prepare } from '../../src/rest/execute.ts';
import { ROUTES } from '../../src/rest/routes.ts';
import { NO_ID } from '../graphql/dummy-document.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const endpoints = ROUTES.map((route) => {
  const { requirement, variables } = prepare(schema, route);
  return {
    name: `${route.method} ${route.path}`,
    route,
    requirement,
    url: route.path.replaceAll(/:\w+/g, NO_ID),
    pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`),
    takesBody: variables.some(({ name }) => name === 'input'),
    hasId: route.path.includes(':'),
  };
});
const raw = createApiTable().raw.map((route) => ({
  name: `${route.method} ${route.path}`,
  route,
  requirement: route.requirement,
  url: route.path.replaceAll(/:\w+/g, NO_ID),
}));
const closed = [...endpoints, ...raw].filter(({ requirement }) => requirement !== 'nothing');

/** The API reference's tables that are built so far, and what we add to them. */
const PROMISED = `
GET /api/prism/setup/status
POST /api/prism/setup/admin
POST /api/prism/setup/complete
POST /api/prism/auth/login
GET /api/prism/auth/me
GET /api/prism/admin/providers
POST /api/prism/admin/providers
PUT /api/prism/admin/providers/:id
DELETE /api/prism/admin/providers/:id
POST /api/prism/admin/providers/:id/check
POST /api/prism/admin/providers/:id/discover
POST /api/prism/admin/providers/:id/chat
GET /api/prism/admin/providers/models/all
GET /api/prism/admin/providers/models/suggest
PATCH /api/prism/admin/providers/:id/models/:modelId
POST /api/prism/admin/providers/models/reorder-tier
GET /api/prism/admin/tenants
POST /api/prism/admin/tenants
PUT /api/prism/admin/tenants/:id
DELETE /api/prism/admin/tenants/:id
POST /api/prism/admin/tenants/:id/rotate-key
POST /api/prism/admin/tenants/:id/set-key
PUT /api/prism/admin/tenants/:id/model-config`;

describe('the table', () => {
  it('has every row of the reference under "Global Endpoints", "Providers" and "Tenants"', () => {
    const names = endpoints.map(({ name }) => name);
    expect(
      PROMISED.trim()
        .split('\n')
        .filter((row) => !names.includes(row)),
    ).toEqual([]);
  });

  it('has no endpoint twice', () => {
    const names = [...endpoints, ...raw].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of every row what it does, and of every parameter what it is', () => {
    for (const { route } of [...endpoints, ...raw]) {
      expect(route.summary).not.toBe('');
      const named = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      expect([route.path, Object.keys(route.params)]).toEqual([route.path, named]);
    }
  });

  it('says of every row that is no GraphQL operation why it is none', () => {
    expect(raw.length).toBeLessThan(8);
    for (const { route } of raw) {
      expect([route.path, route.reason.length > 10]).toEqual([route.path, true]);
      expect(Object.keys(route.produces).length).toBeGreaterThan(0);
    }
  });

  it('uses every document that was written for it', () => {
    const generated = readFileSync(new URL('../../src/rest/generated/documents.ts', import.meta.url), 'utf8');
    const documents = [...generated.matchAll(/export const (\w+)Document\b/g)].map(([, name]) => name);
    const used = endpoints.map(({ route }) => {
      const operation = route.document.definitions.find((one) => one.kind === 'OperationDefinition');
      return operation?.name?.value;
    });
    expect(documents.filter((name) => !used.includes(name))).toEqual([]);
  });
});

describe('every endpoint', () => {
  it.each(closed)('$name answers 401 to those who have not signed in', async ({ route, url }) => {
    for (const token of ['', 'not.a.token']) {
      const { status, body } = await stage.rest(route.method, url, undefined, token);
      expect([status, body.error.code]).toEqual([401, 'unauthenticated']);
      expect(body.error.message).not.toBe('');
    }
  });

  // A logout that is allowed would end the session that the others use; it has its own test.
  const repeatable = closed.filter(({ route }) => !route.path.endsWith('/logout'));
  it.each(repeatable)(
    '$name answers 403 to exactly the roles that may not use it',
    async ({ route, url, requirement }) => {
      const refused: Role[] = [];
      for (const role of ROLES) {
        const response = await fetch(stage.url + url, {
          method: route.method,
          headers: { authorization: `Bearer ${stage.tokens[role]}` },
        });
        const text = await response.text();
        if (response.status !== 403) continue;
        refused.push(role);
        expect(JSON.parse(text).error).toMatchObject({
          code: 'forbidden',
          message: expect.stringContaining(role),
        });
      }
      const actions = requirement === 'nothing' ? [] : requirement;
      const may = (role: Role) => actions.every((action) => POLICY[action].some((one) => one === role));
      expect(refused).toEqual(ROLES.filter((role) => !may(role)));
    },
  );

  const withId = endpoints.filter(({ hasId, takesBody }) => hasId && !takesBody);
  it.each(withId)('$name answers 404 for an id of nothing', async ({ route, url }) => {
    for (const path of [url, url.replaceAll(NO_ID, 'no-id-at-all')]) {
      const { status, body } = await stage.rest(route.method, path);
      expect([status, body.error.code]).toEqual([404, 'not_found']);
    }
  });

  it.each(endpoints.filter(({ takesBody }) => takesBody))(
    '$name answers 400 to a body that is wrong',
    async ({ route, url }) => {
      const { status, body } = await stage.rest(route.method, url, { noSuchField: 1 });
      expect([status, body.error.code]).toEqual([400, 'bad_input']);
      const paths = body.error.fields.map(({ path }: { path: string }) => path);
      expect(paths).toContain('noSuchField');
      for (const text of ['{', '[]', '"x"', '7']) {
        const response = await fetch(stage.url + url, {
          method: route.method,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${stage.tokens.admin}` },
          body: text,
        });
        expect([response.status, (await response.json()).error.code]).toEqual([400, 'bad_input']);
      }
    },
  );

  it.each(endpoints)(
    '$name answers 405 to a method that it does not have, and says which it has',
    async ({ route, url }) => {
      // "/categories/presets" is also a category with the id "presets", for methods that the word itself lacks.
      const here = endpoints.filter((one) => one.pattern.test(url)).map((one) => one.route.method);
      const { status, body, headers } = await stage.rest('OPTIONS', url);
      expect([status, body.error.code]).toEqual([405, 'method_not_allowed']);
      const allow = headers.get('allow')?.split(', ');
      expect(allow).toContain(route.method);
      expect(new Set(allow)).toEqual(new Set(here));
    },
  );
});

describe('a path that is none', () => {
  it.each([
    '/api/prism',
    '/api/prism/admin/nosuch',
    '/api/prism/admin/providers/',
    '/api/prism/admin/tenants//keys',
    '/api/tenant-portal',
    '/api/tenant-portal/mine/nosuch',
  ])('%s answers 404', async (path) => {
    const { status, body, headers } = await stage.rest('GET', path);
    expect([status, body.error.code]).toEqual([404, 'route_not_found']);
    expect(body.error.message).toContain('/api/prism/docs');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that is not URL-encoded answers 400', async () => {
    const { status, body } = await stage.rest('GET', '/api/prism/admin/tenants/%E0%A4%A');
    expect([status, body.error.fields[0].path]).toEqual([400, 'id']);
  });
});

describe('a body', () => {
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${stage.url}/api/prism/auth/login`, { method: 'POST', headers, body });

  it('must be JSON by its type, so that no form of another site can be sent', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const response = await post('{"username":"the-admin","password":"x"}', { 'content-type': type });
      expect([response.status, (await response.json()).error.message]).toEqual([
        400,
        'The body must be JSON: send "content-type: application/json".',
      ]);
    }
  });

  it('must be UTF-8', async () => {
    const response = await fetch(`${stage.url}/api/prism/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('7b2261223a22ff227d', 'hex'),
    });
    expect([response.status, (await response.json()).error.message]).toEqual([
      400,
      'The body must be JSON in UTF-8.',
    ]);
  });

  it('of more than one megabyte answers 413', async () => {
    const response = await post(`"${'x'.repeat(1024 * 1024)}"`, { 'content-type': 'application/json' });
    expect([response.status, (await response.json()).error.code]).toEqual([413, 'body_too_large']);
  });
});

describe('an error that nobody foresaw', () => {
  it('answers 500 without a word of what it was; the log has it', async () => {
    const { db } = stage.world;
    await db.$executeRaw`UPDATE provider SET status = 'no-such-status'`;
    const { status, body } = await stage.rest('GET', '/api/prism/admin/providers');
    await db.$executeRaw`UPDATE provider SET status = 'connected'`;
    expect([status, body.error.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toMatch('no-such-status');
    expect(stage.logged.some((line) => line.includes('no-such-status'))).toBe(true);
  });
});
