import { USERS } from '#lib/actions/users.ts';
import { UsersDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

/** All of them at once: filters and order are the page's own, so they cost nothing. */
export const load: PageLoad = ({ depends }) => {
  depends(USERS);
  return { title: 'Users', users: ask(UsersDocument, {}) };
};
