import { USERS } from '#lib/actions/users.ts';
import { UserDetailDocument, UserPolicyDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { askOnce } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  const { params, depends } = event;
  depends(USERS);
  return {
    title: 'User',
    id: params.id,
    detail: askAllowed(event, 'user.read', UserDetailDocument, { id: params.id }),
    policy: askAllowed(event, 'user.read', UserPolicyDocument, {}, askOnce),
  };
};
