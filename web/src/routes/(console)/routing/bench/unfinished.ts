import type { Problem } from '#lib/graphql/outcome.ts';
import { LISTS } from '../definition.ts';
import type { Definition, ListName } from '../definition.ts';

/**
 * What the draft still lacks, where that is why it cannot be tried: somebody is writing it, and it is no failure. Null
 * = there is another reason.
 */
export function unfinished({ fields }: Problem, definition: Definition): string | null {
  const path = fields.find((field) => field.path.startsWith('definition.'))?.path;
  if (path === undefined) return null;
  const [, list = '', index = '', part = ''] = path.split('.');
  if (!Object.hasOwn(LISTS, list)) return null;
  const { one } = LISTS[list as ListName];
  const rule = definition[list as ListName]?.[Number(index)];
  if (rule === undefined) return null;
  const lacks = part === 'keywords' && rule.keywords.length === 0 ? 'its keywords' : null;
  const lacking = part === 'effects' && Object.keys(rule.effects).length === 0 ? 'what it does' : lacks;
  if (lacking === null) return null;
  return `The draft cannot be tried yet: ${one} ${Number(index) + 1}, “${rule.name}”, lacks ${lacking}.`;
}
