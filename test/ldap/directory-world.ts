import type { LdapInput } from '../../src/domain/ldap-types.ts';
import { createDirectory } from '../../src/identity/ldap/directory.ts';
import type { DirectorySettings } from '../../src/identity/ldap/settings.ts';
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

/** Without domain and database: asked directly. Every name leads to this machine. */
export const DIRECTORY = createDirectory({
  resolve: () => Promise.resolve(['127.0.0.1']),
  timeout: (ms) => AbortSignal.timeout(ms),
  clock: () => new Date(),
});

export function directSettings(host: string, url: string): DirectorySettings {
  const { port, protocol } = new URL(url);
  return {
    address: { host, port: Number(port), secure: protocol === 'ldaps:' },
    startTls: false,
    tlsCaCert: null,
    bind: SEARCHER,
    searchBase: PEOPLE,
    searchFilter: '(uid={{username}})',
    groupSearchBase: GROUPS,
    groupSearchFilter: '(member={{dn}})',
    defaultRole: 'finops',
    groupMapping: [],
    timeoutMs: 5000,
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
