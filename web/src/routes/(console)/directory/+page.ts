import { DirectoryDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  event.depends('prism:directory');
  return { title: 'Directory', directory: askAllowed(event, 'ldap.read', DirectoryDocument, {}) };
};
