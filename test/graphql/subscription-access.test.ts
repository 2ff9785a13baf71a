import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirementOf } from '../../src/graphql/requirement.ts';
import { schema } from '../../src/graphql/schema.ts';
import { graphqlSpelling } from '../../src/graphql/enums.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { POLICY, SCOPE_NAMES, SCOPES, type Action } from '../../src/identity/policy.ts';
import { dummyDocument } from './dummy-document.ts';
import { stream } from './live-client.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const subscriptions = Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map((field) => {
  const document = dummyDocument('subscription', field);
  const requirement = requirementOf(schema, parse(document));
  return { name: field.name, document, action: requirement === 'nothing' ? null : (requirement[0] ?? null) };
});

/** The code with which it is refused; a subscription that is refused is over. */
async function refusalOf(document: string, token: string): Promise<unknown> {
  const followed = await stream(stage.url, token, { query: document });
  await followed.ended;
  return followed.events[0]?.errors?.[0].extensions.code;
}

async function tokenWithout(action: Action): Promise<string> {
  const scopes = SCOPE_NAMES.filter((scope) => !SCOPES[scope].some((one) => one === action));
  const { body } = await stage.graphql(
    `mutation ($input: CreateAccessTokenInput!) {
      createAccessToken(input: $input) { ... on AccessTokenCreated { secret } } }`,
    {
      input: {
        name: action,
        scopes: scopes.map(graphqlSpelling),
        expiresAt: new Date(stage.world.now.value.getTime() + 3_600_000).toISOString(),
      },
    },
  );
  return String(body.data.createAccessToken.secret);
}

describe('every subscription', () => {
  it('names an action of the policy', () => {
    expect(subscriptions.length).toBeGreaterThanOrEqual(4);
    expect(subscriptions.filter(({ action }) => action === null)).toEqual([]);
  });

  it.each(subscriptions)(
    '$name is refused to whom the policy does not name',
    async ({ document, action }) => {
      if (action === null) throw new Error('it names no action');
      const allowed: readonly string[] = POLICY[action];
      expect(await refusalOf(document, '')).toBe('unauthenticated');
      for (const role of ROLES.filter((one) => !allowed.includes(one)))
        expect([role, await refusalOf(document, stage.tokens[role])]).toEqual([role, 'forbidden']);
      expect(await refusalOf(document, await tokenWithout(action))).toBe('forbidden');
    },
  );
});
