import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LdapInput } from '../../src/domain/ldap-types.ts';
import { actor, pathsOf, refusal, SYSTEM } from '../domain/world.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

const PATH = '/api/prism/admin/ldap';
const SECRET = 'the bind password, a secret';
const SETTINGS = {
  enabled: true,
  url: 'ldap://ldap.example.com',
  startTls: true,
  bindDn: 'cn=search,dc=example,dc=com',
  bindPassword: SECRET,
  searchBase: 'ou=people,dc=example,dc=com',
} as const satisfies LdapInput;

/** Somebody's certificate, long expired: made by openssl for this test. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIUQ+6SztChX7Kd1xR1pMoGfPP167gwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAeFw0yNjExMjMwNDI5NThaFw0yNjExMjQwNDI5NThaMAwx
CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARpEMjFE7zdytLt
N0oukqzbJFkPOdwuV/PeG2UyctB4OD7pIcNPMPaVbVZNK7ASLyYEXPcK661nXsLq
oEy1V8FAo1MwUTAdBgNVHQ4EFgQUeCLgxp/cWPMUElDmvb5B3KZWQXEwHwYDVR0j
BBgwFoAUeCLgxp/cWPMUElDmvb5B3KZWQXEwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAoAftpkIJ2grmOug7nrpxcB9OOJrZ0zCzdUYJTY7ZNcsC
IQDumy/NrrabIFPrfbzH3OGX7JUaE2EbI5K0Puqe61CUoA==
-----END CERTIFICATE-----`;

describe('the settings of the directory', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(() => stage.world.db.setting.deleteMany({ where: { key: 'ldap' } }));

  const update = (input: LdapInput) => stage.world.domain.ldap.update(SYSTEM, input);
  const refused = async (input: LdapInput) => pathsOf(await refusal(update(input)));

  it('begin as nothing that could let anybody in', async () => {
    const { status, body } = await stage.rest('GET', PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      enabled: false,
      url: '',
      startTls: false,
      tlsCaCert: null,
      bindDn: null,
      hasBindPassword: false,
      searchBase: '',
      searchFilter: '(uid={{username}})',
      groupSearchBase: null,
      groupSearchFilter: '(|(member={{dn}})(uniqueMember={{dn}})(memberUid={{username}}))',
      defaultRole: null,
      groupMapping: [],
      timeoutMs: 5000,
    });
  });

  it('are changed in part, given back without the password, and may be sent back as they came', async () => {
    const mapping = [{ groupDn: 'cn=a,dc=example,dc=com', role: 'tenant-admin', tenantIds: [stage.a.id] }];
    const first = await stage.rest('PUT', PATH, {
      ...SETTINGS,
      groupMapping: mapping,
      defaultRole: 'finops',
    });
    expect(first).toMatchObject({
      status: 200,
      body: { hasBindPassword: true, groupMapping: mapping, defaultRole: 'finops' },
    });
    const { bindPassword: _secret, ...plain } = SETTINGS;
    expect(first.body).toMatchObject(plain);
    expect(first.body).not.toHaveProperty('bindPassword');

    const again = await stage.rest('PUT', PATH, first.body);
    expect(again.body).toEqual(first.body);
    const part = await stage.rest('PUT', PATH, { timeoutMs: 900, defaultRole: null, bindPassword: '***' });
    expect(part.body).toEqual({ ...first.body, timeoutMs: 900, defaultRole: null });

    const graphql = await stage.graphql(
      'query { ldapSettings { url hasBindPassword defaultRole timeoutMs groupMapping { role tenantIds } } }',
    );
    expect(graphql.body.data.ldapSettings).toEqual({
      url: SETTINGS.url,
      hasBindPassword: true,
      defaultRole: null,
      timeoutMs: 900,
      groupMapping: [{ role: 'TENANT_ADMIN', tenantIds: [stage.a.id] }],
    });
  });

  it('hold the password encrypted, and nothing else anywhere holds it', async () => {
    const { text } = await update(SETTINGS).then(async () => ({
      text: JSON.stringify([
        await stage.world.db.setting.findMany(),
        await stage.world.db.auditEntry.findMany(),
        stage.logged,
        (await stage.rest('GET', PATH)).body,
      ]),
    }));
    expect(text).not.toContain(SECRET);
    expect(text).toContain('v1.');
    const entry = await stage.world.db.auditEntry.findFirst({ orderBy: { id: 'desc' } });
    expect(entry).toMatchObject({
      action: 'ldap.update',
      targetType: 'setting',
      targetId: 'ldap',
      before: { enabled: false, hasBindPassword: false },
      after: { enabled: true, url: SETTINGS.url, hasBindPassword: true, bindPasswordChanged: true },
    });
    expect(await stage.world.notices()).toContain('setting:ldap');
  });

  it('forget the password with the one who had it', async () => {
    await update(SETTINGS);
    expect(await update({ bindDn: null })).toMatchObject({ bindDn: null, hasBindPassword: false });
    expect(await refused({ bindDn: SETTINGS.bindDn })).toEqual(['bindPassword']);
    expect(await refused({ bindPassword: 'x' })).toEqual(['bindPassword']);
  });

  it('never take the password along to another server or to less encryption', async () => {
    await update(SETTINGS);
    for (const input of [
      { url: 'ldap://ldap.example.com:1389' },
      { url: 'ldap://ldap.attacker.example' },
      { url: 'ldaps://ldap.example.com:389', startTls: false },
      { startTls: false },
      { url: 'ldap://ldap.attacker.example', bindPassword: '***' },
    ]) {
      expect(await refused(input)).toEqual(['bindPassword']);
      const tested = await stage.rest('POST', `${PATH}/test`, input);
      expect(tested).toMatchObject({ status: 400, body: { error: { fields: [{ path: 'bindPassword' }] } } });
      expect(await update({ ...input, bindPassword: 'another' })).toMatchObject({ hasBindPassword: true });
      await update(SETTINGS);
    }
    expect(await update({ url: 'LDAP://LDAP.example.com:389/' })).toMatchObject({ hasBindPassword: true });
    await update({ ...SETTINGS, startTls: false });
    expect(await update({ startTls: true })).toMatchObject({ startTls: true });
  });

  it.each<[string, LdapInput, string[]]>([
    ['an address of something else', { url: 'http://ldap.example.com' }, ['url']],
    ['StartTLS over TLS', { url: 'ldaps://ldap.example.com', startTls: true }, ['startTls']],
    ['no certificate', { tlsCaCert: 'x' }, ['tlsCaCert']],
    [
      'a broken one',
      { tlsCaCert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      ['tlsCaCert'],
    ],
    ['no DN to bind with', { bindDn: 'search', bindPassword: 'x' }, ['bindDn']],
    ['nobody’s password', { bindPassword: 'x' }, ['bindPassword']],
    ['no password to bind with', { bindDn: 'cn=a,dc=b' }, ['bindPassword']],
    ['no DN to search below', { searchBase: 'people' }, ['searchBase']],
    ['a filter without the name', { searchFilter: '(uid=*)' }, ['searchFilter']],
    ['an empty filter', { searchFilter: '' }, ['searchFilter']],
    ['a broken filter', { searchFilter: '(uid={{username}}' }, ['searchFilter']],
    ['a broken group filter', { groupSearchFilter: '(member={{dn}}))' }, ['groupSearchFilter']],
    [
      'no DN of a group',
      { groupMapping: [{ groupDn: 'admins', role: 'admin' }] },
      ['groupMapping.0.groupDn'],
    ],
    ['everybody an admin', { defaultRole: 'admin' }, ['defaultRole']],
    ['no time', { timeoutMs: 0 }, ['timeoutMs']],
    ['too much of it', { timeoutMs: 60_000 }, ['timeoutMs']],
    ['use without an address or a base', { enabled: true }, ['url', 'searchBase']],
    ['characters no database holds', { searchFilter: '(uid={{username}}\0)' }, ['searchFilter']],
  ])('refuse %s by the name of the field', async (_what, input, paths) => {
    expect(await refused(input)).toEqual(paths);
    const { status, body } = await stage.rest('PUT', PATH, input);
    expect({ status, paths: body.error.fields.map(({ path }: { path: string }) => path) }).toEqual({
      status: 400,
      paths,
    });
  });

  it('refuse roles and tenants that do not exist, by their place in the list', async () => {
    const line = { groupDn: 'cn=a,dc=b', role: 'tenant-viewer' };
    const tenants = [stage.a.id, '01930000-0000-7000-8000-000000000000'];
    const unknown = await stage.rest('PUT', PATH, { groupMapping: [line, { ...line, tenantIds: tenants }] });
    expect(unknown.body.error.fields).toMatchObject([{ path: 'groupMapping.1.tenantIds.1' }]);
    const role = await stage.rest('PUT', PATH, { groupMapping: [{ ...line, role: 'root' }] });
    expect(role.body.error.fields).toMatchObject([{ path: 'groupMapping[0].role' }]);
  });

  it('take what directories really use', async () => {
    for (const input of [
      { tlsCaCert: `# our own\n${CERTIFICATE}\n${CERTIFICATE}` },
      { bindDn: 'search@corp.example.com', bindPassword: 'x' },
      { bindDn: String.raw`CORP\search`, bindPassword: 'x' },
      {
        searchFilter:
          '(&(objectClass=user)\n  (|(sAMAccountName={{username}})(userPrincipalName={{username}}))\n)',
      },
      {
        groupSearchFilter: '(member:1.2.840.113556.1.4.1941:={{dn}})',
        groupSearchBase: 'DC=corp,DC=example',
      },
    ]) {
      const { bindPassword: _secret, ...shown } = { bindPassword: '', ...input };
      expect(await update(input)).toMatchObject(trimmed(shown));
    }
  });

  it('do not take a private key for a certificate', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    const error = await refusal(update({ tlsCaCert: key }));
    expect(error.message).toContain('private key');
    expect(error.message).not.toContain('AAAA');
  });

  it('are for administrators alone', async () => {
    for (const role of ['maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const) {
      expect((await refusal(stage.world.domain.ldap.settings(actor(role)))).code).toBe('forbidden');
      expect((await refusal(stage.world.domain.ldap.update(actor(role), {}))).code).toBe('forbidden');
      expect((await stage.rest('GET', PATH, undefined, stage.tokens[role])).status).toBe(403);
    }
    expect((await stage.rest('GET', PATH, undefined, '')).status).toBe(401);
  });

  it('that were spoilt by hand let nobody in, and can be mended', async () => {
    await stage.world.db.setting.create({
      data: { key: 'ldap', value: { enabled: true, url: 7, bindDn: 'cn=a,dc=b', groupMapping: 'x' } },
    });
    const input = { username: 'somebody', password: 'x' };
    const rest = await stage.rest('POST', '/api/prism/auth/login', input, '');
    expect(rest).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    const query =
      'mutation ($input: LoginInput!) { login(input: $input) { __typename ... on Error { code } } }';
    const { body } = await stage.graphql(query, { input }, '');
    expect(body.data.login).toEqual({ __typename: 'ProviderError', code: 'unavailable' });
    expect(await update(SETTINGS)).toMatchObject({ url: SETTINGS.url, groupMapping: [] });
  });

  it('are tried over REST with the documented answer', async () => {
    const input = { url: 'ldap://127.0.0.1:1', searchBase: 'dc=example', username: 'ada' };
    const { status, body } = await stage.rest('POST', `${PATH}/test`, input);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: false, role: null, tenantIds: [], groups: [] });
    expect(body.steps).toMatchObject([
      { step: 'resolve', ok: true },
      { step: 'connect', ok: false, detail: 'Nothing listens there.' },
    ]);
    expect(await stage.rest('POST', `${PATH}/test`, {})).toMatchObject({
      status: 400,
      body: { error: { fields: [{ path: 'url' }, { path: 'searchBase' }] } },
    });
  });
});

function trimmed(input: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value]),
  );
}
