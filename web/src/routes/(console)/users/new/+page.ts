import { UserPolicyDocument, UserTenantChoicesDocument } from '#lib/generated/graphql.ts';
import { ask, askOnce } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = () => ({
  title: 'Add a user',
  policy: askOnce(UserPolicyDocument, {}),
  tenants: ask(UserTenantChoicesDocument, {}),
});
