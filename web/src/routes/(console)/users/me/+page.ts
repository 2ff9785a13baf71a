import { USERS } from '#lib/actions/users.ts';
import { UserAccountDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ depends }) => {
  depends(USERS);
  return { title: 'Your account', account: ask(UserAccountDocument, {}) };
};
