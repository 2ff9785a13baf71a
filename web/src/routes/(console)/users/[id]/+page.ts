import { USERS } from '#lib/actions/users.ts';
import { UserDetailDocument, UserPolicyDocument } from '#lib/generated/graphql.ts';
import { ask, askOnce } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends(USERS);
  return {
    title: 'User',
    id: params.id,
    detail: ask(UserDetailDocument, { id: params.id }),
    policy: askOnce(UserPolicyDocument, {}),
  };
};
