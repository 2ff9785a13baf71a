import type { Role } from '../actor.ts';
import type { DirectoryConnection } from './connection.ts';
import { DirectoryFailure, explainDirectory, type DirectoryStep } from './failure.ts';
import { grantOf, type Granted } from './grant.ts';
import { findGroups } from './groups.ts';
import { findPerson, NO_ATTRIBUTES, provePassword } from './person.ts';
import type { DirectorySettings } from './settings.ts';
import { bindAsSearcher, visit, type RunStep, type VisitDeps } from './visit.ts';

export interface DirectoryTestStep {
  readonly step: DirectoryStep;
  readonly ok: boolean;
  readonly detail: string;
  readonly ms: number;
}

export interface DirectoryTest {
  readonly success: boolean;
  /** In order; after one that failed, none is tried. */
  readonly steps: readonly DirectoryTestStep[];
  /** The likely mend, in one sentence; null when nothing failed. */
  readonly suggestion: string | null;
  /** What the person would be; null = nobody was asked for, or may not sign in. */
  readonly role: Role | null;
  readonly tenantIds: readonly string[];
  /** DNs of the person's groups, direct ones first. */
  readonly groups: readonly string[];
}

export interface ProbeDeps extends VisitDeps {
  readonly clock: () => Date;
}

interface Found {
  groups: readonly string[];
  granted: Granted;
  failure: DirectoryFailure | null;
}

/** Tries the settings, and with a name (and password) what a sign-in would do. Throws for our own mistakes only. */
export async function probe(
  deps: ProbeDeps,
  settings: DirectorySettings,
  who: { readonly username: string; readonly password: string },
): Promise<DirectoryTest> {
  const steps: DirectoryTestStep[] = [];
  const found: Found = { groups: [], granted: { role: null, tenantIds: [] }, failure: null };
  const run: RunStep = async (step, work) => {
    const began = deps.clock().getTime();
    const note = (ok: boolean, detail: string) =>
      steps.push({ step, ok, detail, ms: deps.clock().getTime() - began });
    try {
      const { value, detail } = await work();
      note(true, detail);
      return value;
    } catch (error) {
      found.failure = explainDirectory(error);
      note(false, found.failure.message);
      throw found.failure;
    }
  };
  try {
    await visit(deps, settings, run, (directory) => walk(directory, settings, who, run, found));
  } catch (error) {
    if (error !== found.failure) throw error;
  }
  const { failure, granted, groups } = found;
  return { success: failure === null, steps, suggestion: failure?.suggestion ?? null, ...granted, groups };
}

async function walk(
  directory: DirectoryConnection,
  settings: DirectorySettings,
  { username, password }: { readonly username: string; readonly password: string },
  run: RunStep,
  found: Found,
): Promise<void> {
  await run('search_base', async () => {
    const base = { base: settings.searchBase, scope: 'base', filter: '(objectClass=*)' } as const;
    await directory.search({ ...base, attributes: [NO_ATTRIBUTES], sizeLimit: 1 });
    return { value: null, detail: settings.searchBase };
  });
  if (username === '') return;
  const entry = await run('user', async () => {
    const value = await findPerson(directory, settings, username);
    return { value, detail: value.dn };
  });
  if (password !== '') {
    await run('user_bind', async () => {
      await provePassword(directory, entry, password);
      await bindAsSearcher(directory, settings);
      return { value: null, detail: 'the password is right' };
    });
  }
  found.groups = await run('groups', async () => {
    const lookup = { base: settings.groupSearchBase, filter: settings.groupSearchFilter };
    const { dns, complete } = await findGroups(directory, lookup, { entry, username });
    const count = dns.length === 1 ? '1 group' : `${dns.length} groups`;
    return { value: dns, detail: complete ? count : `${count}; there are more than can be followed` };
  });
  found.granted = await run('role', () => {
    const value = grantOf(found.groups, settings.groupMapping, settings.defaultRole);
    if (value.role !== null) return Promise.resolve({ value, detail: value.role });
    throw new DirectoryFailure(
      'refused',
      'No group of this person is mapped to a role.',
      'Add one of the groups to groupMapping, or set defaultRole.',
    );
  });
}
