import type { LdapInput } from '../../src/domain/ldap-types.ts';
import type { LoginResult } from '../../src/domain/session-open.ts';
import { createWorld, SYSTEM, type World } from '../domain/world.ts';
import { groupDn, GROUPS, passwordOf, PEOPLE, populate } from './people.ts';
import { SEARCHER, startSlapd, type Slapd } from './slapd.ts';

export interface DirectoryWorld {
  readonly world: World;
  readonly slapd: Slapd;
  /** Ids of two tenants. */
  readonly a: string;
  readonly b: string;
  /** Switched on, with everything that the tests' people need, and `changes` on top. */
  configure(changes?: LdapInput): Promise<void>;
  /** With the right password, unless another is given. */
  login(username: string, password?: string): Promise<LoginResult>;
  close(): Promise<void>;
}

export const LOCAL = { username: 'local-admin', password: 'a password of our own' };
let address = 0;

export async function openDirectoryWorld(binary: string): Promise<DirectoryWorld> {
  const [slapd, world] = await Promise.all([startSlapd(binary), createWorld()]);
  await populate(slapd);
  await world.domain.users.create(SYSTEM, { ...LOCAL, role: 'admin' });
  const tenant = async (slug: string): Promise<string> => {
    const created = await world.domain.tenants.create(SYSTEM, { slug, name: slug });
    return created.tenant.id;
  };
  const a = await tenant('tenant-a');
  const b = await tenant('tenant-b');
  return {
    world,
    slapd,
    a,
    b,
    async configure(changes = {}) {
      await world.domain.ldap.update(SYSTEM, {
        ...settingsFor(slapd),
        groupMapping: [
          { groupDn: groupDn('admins'), role: 'admin' },
          { groupDn: groupDn('finance'), role: 'finops' },
          { groupDn: groupDn('Staff, all of it'), role: 'tenant-viewer', tenantIds: [a] },
          { groupDn: groupDn('loop-2'), role: 'tenant-admin', tenantIds: [a, b] },
        ],
        ...changes,
      });
    },
    login(username, password = passwordOf(username)) {
      // From an address of its own: failures are counted by address, too.
      address += 1;
      const from = { address: `198.51.${address >> 8}.${address & 255}`, userAgent: 'test' };
      return world.domain.sessions.login({ username, password }, from);
    },
    async close() {
      await world.close();
      await slapd.stop();
    },
  };
}

export function settingsFor(slapd: Pick<Slapd, 'ldap'>): LdapInput {
  return {
    enabled: true,
    url: slapd.ldap,
    startTls: false,
    tlsCaCert: null,
    bindDn: SEARCHER.dn,
    bindPassword: SEARCHER.password,
    searchBase: PEOPLE,
    searchFilter: '(uid={{username}})',
    groupSearchBase: GROUPS,
    groupSearchFilter: '(member={{dn}})',
    defaultRole: null,
    timeoutMs: 5000,
  };
}
