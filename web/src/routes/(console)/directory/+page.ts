import { DirectoryDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ depends }) => {
  depends('prism:directory');
  return { title: 'Directory', directory: ask(DirectoryDocument, {}) };
};
