import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICY, SCOPE_NAMES, isOfUse } from '../../src/identity/policy.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { graphqlSpelling } from '../../src/graphql/enums.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('the policy, as the console shows it', () => {
  it('is the one in force, for everybody to read, with words for every line', async () => {
    for (const role of ['admin', 'tenant-viewer'] as const) {
      const { body } = await stage.graphql(
        '{ roles { role description seesAllTenants } permissions { action group description roles } }',
        {},
        stage.tokens[role],
      );
      expect(body.data.roles.map((one: { role: string }) => one.role)).toEqual(ROLES.map(graphqlSpelling));
      const byName = (a: { action: string }, b: { action: string }) => (a.action < b.action ? -1 : 1);
      expect(body.data.permissions.toSorted(byName)).toEqual(
        Object.entries(POLICY)
          .map(([action, roles]) => ({
            action,
            group: expect.stringMatching(/./),
            description: expect.stringMatching(/^[a-z]/),
            roles: roles.map(graphqlSpelling),
          }))
          .toSorted(byName),
      );
    }
  });

  it('says of every scope what it is for, and whether it is of use', async () => {
    const { body } = await stage.graphql(
      '{ accessScopes { scope description ofUse } }',
      {},
      stage.tokens.finops,
    );
    expect(body.data.accessScopes).toEqual(
      SCOPE_NAMES.map((scope) => ({
        scope: graphqlSpelling(scope),
        description: expect.stringMatching(/\.$/),
        ofUse: isOfUse(scope, 'finops'),
      })),
    );
  });
});

it('counts the sessions of each user, and knows where one’s own password is kept', async () => {
  // Those of the cast began when the stage's clock stood still, and are over by now.
  stage.world.now.value = new Date();
  const token = await stage.login('the-finops');
  await stage.login('the-finops');
  const { body } = await stage.graphql(
    '{ users { username sessionCount } }',
    {},
    await stage.login('the-admin'),
  );
  expect(body.data.users).toContainEqual({ username: 'the-finops', sessionCount: 2 });
  expect(body.data.users).toContainEqual({ username: 'the-maintainer', sessionCount: 0 });
  const me = await stage.graphql('{ me { source } }', {}, token);
  expect(me.body.data.me.source).toBe('LOCAL');
});

it('lists everybody’s access tokens for an administrator alone', async () => {
  const expiresAt = new Date(stage.world.now.value.getTime() + 3_600_000).toISOString();
  const make = `mutation { createAccessToken(input: { name: "of finops", scopes: [USAGE_READ], expiresAt: "${expiresAt}" }) { ... on AccessTokenCreated { accessToken { id } } } }`;
  const finops = await stage.login('the-finops');
  const made = await stage.graphql(make, {}, finops);
  const { id } = made.body.data.createAccessToken.accessToken;
  const all = '{ allAccessTokens { id name } }';
  expect(
    (await stage.graphql(all, {}, await stage.login('the-admin'))).body.data.allAccessTokens,
  ).toContainEqual({ id, name: 'of finops' });
  expect((await stage.graphql(all, {}, finops)).body.errors[0].extensions.code).toBe('forbidden');
});
