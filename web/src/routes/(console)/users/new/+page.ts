import { UserPolicyDocument, UserTenantChoicesDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { askOnce } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => ({
  title: 'Add a user',
  policy: askAllowed(event, 'user.create', UserPolicyDocument, {}, askOnce),
  tenants: askAllowed(event, 'user.create', UserTenantChoicesDocument, {}),
});
