import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LdapTest, LdapTestInput } from '../../src/domain/ldap-types.ts';
import { actor, refusal, SYSTEM } from '../domain/world.ts';
import { DIRECTORY, directSettings, openDirectoryWorld, type DirectoryWorld } from './directory-world.ts';
import { groupDn, passwordOf } from './people.ts';
import { findSlapd, SEARCHER, SUFFIX } from './slapd.ts';

const slapd = findSlapd();

describe.skipIf(slapd === null)('a test of the directory', () => {
  let here: DirectoryWorld;
  beforeAll(async () => {
    here = await openDirectoryWorld(slapd ?? '');
    await here.configure();
  });
  afterAll(() => here.close());
  afterEach(() => here.slapd.thaw());

  const tried = (input: LdapTestInput = {}) => here.world.domain.ldap.test(SYSTEM, input);
  const names = ({ steps }: LdapTest) => steps.map(({ step, ok }) => (ok ? step : `${step}: failed`));
  const byName = (url: string) => url.replace('127.0.0.1', 'localhost');

  it('goes as far as what is given, and says what the person would be', async () => {
    const plain = await tried();
    expect(plain).toMatchObject({ success: true, suggestion: null, role: null, tenantIds: [], groups: [] });
    expect(names(plain)).toEqual(['resolve', 'connect', 'tls', 'bind', 'search_base']);

    const named = await tried({ username: 'DORA' });
    expect(names(named).slice(5)).toEqual(['user', 'groups', 'role']);
    const whole = await tried({ username: 'dora', password: passwordOf('dora') });
    expect(names(whole).slice(5)).toEqual(['user', 'user_bind', 'groups', 'role']);
    for (const outcome of [named, whole])
      expect(outcome).toMatchObject({
        success: true,
        role: 'tenant-viewer',
        tenantIds: [here.a],
        groups: [
          groupDn('squad'),
          groupDn('team'),
          String.raw`cn=Staff\2C all of it,ou=groups,dc=example,dc=org`,
        ],
      });
    expect(whole.steps.every(({ ms, detail }) => ms >= 0 && detail !== '')).toBe(true);
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(0);
  });

  it.each([
    ['ldaps, by name', () => ({ url: byName(here.slapd.ldaps) })],
    ['ldaps, by address', () => ({ url: here.slapd.ldaps })],
    ['StartTLS, by name', () => ({ url: byName(here.slapd.ldap), startTls: true })],
    ['StartTLS, by address', () => ({ url: here.slapd.ldap, startTls: true })],
  ])('takes the certificate of the right authority and of no other: %s', async (_how, target) => {
    const secret = { bindPassword: SEARCHER.password, ...target() };
    const who = { username: 'ada', password: passwordOf('ada') };
    const right = await tried({ ...secret, ...who, tlsCaCert: here.slapd.ca });
    expect(right).toMatchObject({ success: true, role: 'admin' });
    for (const tlsCaCert of [here.slapd.otherCa, null]) {
      const wrong = await tried({ ...secret, ...who, tlsCaCert });
      expect(names(wrong)).toEqual(['resolve', 'connect', 'tls: failed']);
      expect(wrong.suggestion).toContain('tlsCaCert');
    }
  });

  it('refuses a certificate for another name', async () => {
    const settings = { ...directSettings('directory.test', here.slapd.ldaps), tlsCaCert: here.slapd.ca };
    const outcome = await DIRECTORY.test(settings, { username: '', password: '' });
    expect(names(outcome)).toEqual(['resolve', 'connect', 'tls: failed']);
    expect(outcome.suggestion).toContain('host name');
  });

  it.each<[string, () => LdapTestInput, string, RegExp]>([
    ['a name that is not found', () => ({ url: 'ldap://nowhere.test' }), 'resolve', /host name in url/],
    ['a port where nothing listens', () => ({ url: 'ldap://127.0.0.1:1' }), 'connect', /host and port/],
    ['TLS where none is spoken', () => ({ url: here.slapd.ldap.replace('ldap:', 'ldaps:') }), 'tls', /port/],
    ['no TLS where it is', () => ({ url: here.slapd.ldaps.replace('ldaps:', 'ldap:') }), 'bind', /port/],
    ['a wrong bind password', () => ({ bindPassword: 'wrong' }), 'bind', /bindDn and bindPassword/],
    ['a bind DN that is not there', () => ({ bindDn: `cn=x,${SUFFIX}` }), 'bind', /bindDn and bindPassword/],
    [
      'anonymous where that may not read',
      () => ({ bindDn: null, bindPassword: null }),
      'search_base',
      /bindDn/,
    ],
    ['a base that is not there', () => ({ searchBase: `ou=x,${SUFFIX}` }), 'search_base', /searchBase/],
    ['a name that nobody has', () => ({ username: 'nobody' }), 'user', /searchFilter/],
    ['a name that two have', () => ({ username: 'twin' }), 'user', /exactly one/],
    ['a wrong password', () => ({ username: 'ada', password: 'wrong' }), 'user_bind', /password/],
    [
      'groups below no base',
      () => ({ username: 'ada', groupSearchBase: `ou=x,${SUFFIX}` }),
      'groups',
      /groupSearchBase/,
    ],
    ['no mapped group', () => ({ username: 'lone' }), 'role', /groupMapping/],
  ])('names the step that fails and its likely mend: %s', async (_what, input, step, mend) => {
    const outcome = await tried({ bindPassword: SEARCHER.password, timeoutMs: 5000, ...input() });
    expect(outcome.success).toBe(false);
    expect(names(outcome).at(-1)).toBe(`${step}: failed`);
    expect(outcome.suggestion).toMatch(mend);
    expect(JSON.stringify(outcome)).not.toContain(SEARCHER.password);
  });

  it('ends in time when the directory says nothing, at whatever step', async () => {
    here.slapd.freeze();
    for (const [target, step] of [
      [{ url: here.slapd.ldap }, 'bind'],
      [{ url: here.slapd.ldaps }, 'tls'],
      [{ startTls: true }, 'tls'],
    ] as const) {
      const began = performance.now();
      const outcome = await tried({ bindPassword: SEARCHER.password, timeoutMs: 500, ...target });
      expect(performance.now() - began).toBeLessThan(3000);
      expect(names(outcome).at(-1)).toBe(`${step}: failed`);
      expect(outcome.steps.at(-1)?.detail).toBe('The directory did not answer within 500 ms.');
    }
  });

  it('tries what is given without storing it, and is written down without secrets', async () => {
    const before = await here.world.domain.ldap.settings(SYSTEM);
    await tried({
      searchBase: SUFFIX,
      username: 'ada',
      password: passwordOf('ada'),
      bindPassword: SEARCHER.password,
    });
    expect(await here.world.domain.ldap.settings(SYSTEM)).toEqual(before);
    const entry = await here.world.db.auditEntry.findFirst({ orderBy: { id: 'desc' } });
    expect(entry).toMatchObject({
      action: 'ldap.test',
      targetType: 'setting',
      targetId: 'ldap',
      after: { success: true, failed: null, url: here.slapd.ldap, username: 'ada' },
    });
  });

  it('never sends the stored password to another server, nor in clear what was given for TLS', async () => {
    const listener = await refusal(tried({ url: 'ldap://127.0.0.1:1' }));
    expect(listener.fields).toEqual([{ path: 'bindPassword', message: expect.stringContaining('again') }]);
    await here.configure({ startTls: true });
    expect((await refusal(tried({ startTls: false }))).fields.map(({ path }) => path)).toEqual([
      'bindPassword',
    ]);
    // The same server in other words, and another way to look for people, are no reason to ask again.
    await here.configure();
    expect(await tried({ url: `${here.slapd.ldap.toUpperCase()}/` })).toMatchObject({ success: true });
    expect(await tried({ searchFilter: '(cn={{username}})', username: 'ada' })).toMatchObject({
      success: true,
    });
  });

  it('is for administrators', async () => {
    for (const role of ['maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const)
      expect((await refusal(here.world.domain.ldap.test(actor(role), {}))).code).toBe('forbidden');
    expect(await here.world.domain.ldap.test(actor('admin'), {})).toMatchObject({ success: true });
  });

  it('works while the directory is not in use yet', async () => {
    await here.configure({ enabled: false });
    expect(await tried({ username: 'ada', password: passwordOf('ada') })).toMatchObject({ role: 'admin' });
    await here.configure();
  });
});
