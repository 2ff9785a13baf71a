import { USERS } from '#lib/actions/users.ts';
import { UsersDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

/** All of them at once: filters and order are the page's own, so they cost nothing. */
export const load: PageLoad = (event) => {
  event.depends(USERS);
  return { title: 'Users', users: askAllowed(event, 'user.read', UsersDocument, {}) };
};
