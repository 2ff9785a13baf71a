import type { DirectoryConnection, FoundEntry } from './connection.ts';
import { normalizeDn } from './dn.ts';
import { explainDirectory, resultCodeOf } from './failure.ts';
import { fillFilter } from './filter.ts';

/** Where groups are found: by searching for those that name a member, or in the entries' own `memberOf`. */
export interface GroupLookup {
  /** Null = by memberOf. */
  readonly base: string | null;
  /** With {{dn}} or {{username}}. */
  readonly filter: string;
}

export interface Groups {
  /** DNs, as the directory spells them; direct ones first. */
  readonly dns: readonly string[];
  /** False = there were more, or deeper, than we follow. */
  readonly complete: boolean;
}

/** Groups within groups within groups …: deeper than any that people keep, and an end to every circle. */
const MAX_DEPTH = 20;
const MAX_GROUPS = 1000;
/** Questions that are under way at once, and members in one filter. */
const AT_ONCE = 20;
const NO_SUCH_OBJECT = 32;
/** Active Directory's own walk, on the server: "member, directly or through other groups". */
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/** Every group that a person is in, directly or through other groups, each once. */
export async function findGroups(
  directory: Pick<DirectoryConnection, 'search'>,
  lookup: GroupLookup,
  person: { readonly entry: FoundEntry; readonly username: string },
): Promise<Groups> {
  const { base, filter } = lookup;
  const seen = new Map<string, string>();
  let complete = true;

  /** Those that are new. */
  const note = (dns: readonly string[]): string[] =>
    dns.filter((dn) => {
      const key = normalizeDn(dn);
      if (key === null || seen.has(key)) return false;
      if (seen.size >= MAX_GROUPS) complete = false;
      else seen.set(key, dn);
      return complete;
    });

  const parentsOf = base === null ? byMemberOf : bySearch;
  let level = base === null ? note(person.entry.values('memberOf')) : note(await bySearch([person.entry.dn]));
  const walks = base === null || (filter.includes('{{dn}}') && !filter.includes(IN_CHAIN));
  for (let depth = 1; walks && level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) {
      complete = false;
      break;
    }
    level = note(await parentsOf(level));
  }
  return { dns: [...seen.values()], complete };

  async function bySearch(members: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const some of chunks(members)) {
      const filters = some.map((dn) => fillFilter(filter, { username: person.username, dn }));
      const entries = await directory.search({
        base: base ?? '',
        scope: 'sub',
        filter: filters.length === 1 ? (filters[0] ?? '') : `(|${filters.map(parenthesized).join('')})`,
        attributes: ['1.1'],
        sizeLimit: MAX_GROUPS,
      });
      if (entries.length >= MAX_GROUPS) complete = false;
      found.push(...entries.map(({ dn }) => dn));
    }
    return found;
  }

  async function byMemberOf(groups: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const some of chunks(groups)) {
      const entries = await Promise.all(some.map((dn) => readEntry(directory, dn)));
      found.push(...entries.flatMap((entry) => entry?.values('memberOf') ?? []));
    }
    return found;
  }
}

/** Null = there is none, or none that we may read: `memberOf` may name groups of another server. */
async function readEntry(
  directory: Pick<DirectoryConnection, 'search'>,
  dn: string,
): Promise<FoundEntry | null> {
  try {
    const [entry] = await directory.search({
      base: dn,
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: ['memberOf'],
      sizeLimit: 1,
    });
    return entry ?? null;
  } catch (error) {
    if (resultCodeOf(error) === NO_SUCH_OBJECT) return null;
    throw explainDirectory(error);
  }
}

function parenthesized(filter: string): string {
  return filter.startsWith('(') ? filter : `(${filter})`;
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / AT_ONCE);
  return Array.from({ length: count }, (_, index) => items.slice(index * AT_ONCE, (index + 1) * AT_ONCE));
}
