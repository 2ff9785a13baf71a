import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirementOf } from '../../src/graphql/requirement.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ROLES, type Role } from '../../src/identity/actor.ts';
import { POLICY } from '../../src/identity/policy.ts';
import { dummyDocument } from './dummy-document.ts';
import { openStage, type Answer, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const operations = (['query', 'mutation'] as const).flatMap((operation) => {
  const type = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(type?.getFields() ?? {}).map((field) => {
    const document = dummyDocument(operation, field);
    return { name: field.name, document, requirement: requirementOf(schema, parse(document)) };
  });
});
const closed = operations.filter(({ requirement }) => requirement !== 'nothing');

function codeOf({ body }: Answer, name: string): string | null {
  return body.errors?.[0]?.extensions.code ?? body.data?.[name]?.code ?? null;
}

describe('every operation', () => {
  it.each(closed)('$name is refused to those who have not signed in', async ({ name, document }) => {
    for (const token of ['', 'not.a.token']) {
      const answer = await stage.graphql(document, {}, token);
      expect(codeOf(answer, name)).toBe('unauthenticated');
      expect(answer.body.data?.[name] ?? null).toBeNull();
    }
  });

  // A logout that is allowed would end the session that the others use; it has its own test.
  const repeatable = closed.filter(({ name }) => name !== 'logout');
  it.each(repeatable)(
    '$name is open to exactly the roles that the policy names',
    async ({ name, document, requirement }) => {
      const may: Role[] = [];
      for (const role of ROLES) {
        const code = codeOf(await stage.graphql(document, {}, stage.tokens[role]), name);
        if (code !== 'forbidden') may.push(role);
      }
      const actions = requirement === 'nothing' ? [] : requirement;
      const allowed = ROLES.filter((role) =>
        actions.every((action) => POLICY[action].some((one) => one === role)),
      );
      expect(may).toEqual(allowed);
    },
  );

  it('answers a refused mutation with a typed error and a refused query with a code', async () => {
    const viewer = stage.tokens['tenant-viewer'];
    const mutation =
      'mutation { deleteTenant(id: "x") { __typename ... on ForbiddenError { code message } } }';
    expect((await stage.graphql(mutation, {}, viewer)).body).toEqual({
      data: {
        deleteTenant: {
          __typename: 'ForbiddenError',
          code: 'forbidden',
          message: 'The role "tenant-viewer" may not use Mutation.deleteTenant.',
        },
      },
    });
    const { body } = await stage.graphql('{ providers { id } }', {}, viewer);
    expect(body.data).toBeNull();
    expect(body.errors[0].extensions).toEqual({ code: 'forbidden' });
  });

  it('ends a token at once with logout', async () => {
    const token = await stage.login('the-maintainer');
    expect((await stage.graphql('{ me { username } }', {}, token)).body.data.me.username).toBe(
      'the-maintainer',
    );
    const { body } = await stage.graphql('mutation { logout { ... on Logout { success } } }', {}, token);
    expect(body.data.logout.success).toBe(true);
    expect(codeOf(await stage.graphql('{ me { username } }', {}, token), 'me')).toBe('unauthenticated');
  });

  it('tells the console what somebody may do', async () => {
    const { body } = await stage.graphql('{ me { role permissions } }', {}, stage.tokens.finops);
    expect(body.data.me).toEqual({
      role: 'FINOPS',
      permissions: [
        'session.read',
        'session.end',
        'password.change',
        'accessToken.own',
        'tenant.identify',
        'category.read',
        'tokens.estimate',
        'usage.read',
        'requestLog.read',
      ],
    });
  });
});
