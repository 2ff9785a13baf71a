import { normalizeDn } from './dn.ts';
import { DirectoryFailure } from './failure.ts';
import { grantOf, type Granted } from './grant.ts';
import { findGroups } from './groups.ts';
import { findPerson, provePassword } from './person.ts';
import { probe, type DirectoryTest } from './probe.ts';
import type { DirectorySettings } from './settings.ts';
import { bindAsSearcher, plainly, visit, type VisitDeps } from './visit.ts';

/** Somebody of the directory whose password is right. */
export interface DirectoryPerson extends Granted {
  /** In one spelling (normalizeDn): equal for the same entry, always. */
  readonly dn: string;
}

export interface Directory {
  /** Null = wrong name or wrong password. Throws DirectoryFailure (`failed`) when the directory could not be asked. */
  signIn(settings: DirectorySettings, username: string, password: string): Promise<DirectoryPerson | null>;
  /** Walks as far as the given name and password allow. Never throws for what the directory does. */
  test(
    settings: DirectorySettings,
    who: { readonly username: string; readonly password: string },
  ): Promise<DirectoryTest>;
}

export interface DirectoryDeps extends VisitDeps {
  readonly clock: () => Date;
}

export function createDirectory(given: DirectoryDeps): Directory {
  const deps = { ...given, resolve: once(given.resolve) };
  return {
    async signIn(settings, username, password) {
      if (username === '' || password === '') return null;
      try {
        return await visit(deps, settings, plainly, async (directory) => {
          const entry = await findPerson(directory, settings, username);
          await provePassword(directory, entry, password);
          await bindAsSearcher(directory, settings);
          const lookup = { base: settings.groupSearchBase, filter: settings.groupSearchFilter };
          const { dns } = await findGroups(directory, lookup, { entry, username });
          const granted = grantOf(dns, settings.groupMapping, settings.defaultRole);
          return { ...granted, dn: normalizeDn(entry.dn) ?? entry.dn };
        });
      } catch (error) {
        if (error instanceof DirectoryFailure && error.kind === 'refused') return null;
        throw error;
      }
    },
    test: (settings, who) => probe(deps, settings, who),
  };
}

/** One lookup of a name at a time: one that hangs holds a thread of the pool that hashing passwords needs, too. */
function once(resolve: VisitDeps['resolve']): VisitDeps['resolve'] {
  const running = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    const other = running.get(host);
    if (other) return other;
    const lookup = resolve(host).finally(() => running.delete(host));
    running.set(host, lookup);
    return lookup;
  };
}
