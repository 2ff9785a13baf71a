import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from 'ldapts';
import { refusal, SYSTEM } from '../domain/world.ts';
import {
  DIRECTORY,
  directSettings,
  LOCAL,
  openDirectoryWorld,
  type DirectoryWorld,
} from './directory-world.ts';
import { addPerson, AWKWARD, groupDn, GROUPS, join, leave, passwordOf, PEOPLE, personDn } from './people.ts';
import { findSlapd } from './slapd.ts';

const slapd = findSlapd();

describe.skipIf(slapd === null)('people of a directory', () => {
  let here: DirectoryWorld;
  beforeAll(async () => {
    here = await openDirectoryWorld(slapd ?? '');
  });
  afterAll(() => here.close());
  beforeEach(async () => {
    await here.world.db.loginFailure.deleteMany();
    await here.world.db.user.deleteMany({ where: { username: { not: LOCAL.username } } });
    await here.configure();
  });

  const row = (username: string) =>
    here.world.db.user.findUnique({ where: { username }, include: { tenants: true } });
  const actions = async () => {
    const entries = await here.world.db.auditEntry.findMany({ orderBy: { id: 'desc' }, take: 3 });
    return entries.map(({ action }) => action);
  };
  const isLive = async (token: string) =>
    (await here.world.domain.sessions.authenticate(token, { address: '' })) !== null;

  it('sign in with the password of the directory and become users at the first time', async () => {
    const { token, username, role } = await here.login('ada');
    expect({ username, role }).toEqual({ username: 'ada', role: 'admin' });
    expect(await isLive(token)).toBe(true);
    expect(await row('ada')).toMatchObject({
      source: 'ldap',
      passwordHash: null,
      directoryDn: personDn('ada'),
      role: 'ADMIN',
      active: true,
      lastLoginAt: here.world.now.value,
    });
    expect(await actions()).toEqual(['session.login', 'user.provision', 'ldap.update']);

    await here.login('ada');
    expect(await isLive(token)).toBe(true);
    expect(await actions()).toEqual(['session.login', 'session.login', 'user.provision']);
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(1);
  });

  it.each(AWKWARD)('may be called %j', async (name) => {
    expect(await here.login(name)).toMatchObject({ username: name });
    expect(await row(name)).toMatchObject({ source: 'ldap' });
    expect((await refusal(here.login(name, 'wrong'))).code).toBe('unauthenticated');
  });

  it('are one and the same, whatever the case and the look-alikes of Unicode', async () => {
    expect(await here.login(' ＡＤＡ ', passwordOf('ada'))).toMatchObject({ username: 'ada' });
    expect(await here.login('MU\u0308LLER', passwordOf('müller'))).toMatchObject({ username: 'müller' });
  });

  it('are refused with one message, whatever is wrong', async () => {
    const local = await refusal(here.login(LOCAL.username, 'wrong'));
    for (const [name, password] of [
      ['ada', 'wrong'],
      ['nobody', 'x'],
      ['twin', passwordOf('twin')],
      ['keyless', 'x'],
      ['ad*', passwordOf('ada')],
      ['ada)(uid=*', passwordOf('ada')],
      ['ad\u00ada', passwordOf('ada')],
    ] as const) {
      const { code, message, fields } = await refusal(here.login(name, password));
      expect({ name, code, message, fields }).toEqual({
        name,
        code: 'unauthenticated',
        message: local.message,
        fields: [],
      });
    }
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(0);
    expect((await actions())[0]).toBe('session.loginFailed');
  });

  it('never sign in without a password, which the directory itself would call a success', async () => {
    const client = new Client({ url: here.slapd.ldap });
    await client.bind(personDn('ada'), '');
    await client.unbind();
    expect((await refusal(here.login('ada', ''))).code).toBe('bad_input');
    expect((await refusal(here.login('\0', 'x'))).code).toBe('bad_input');
    const settings = directSettings('localhost', here.slapd.ldap);
    expect(await DIRECTORY.signIn(settings, 'ada', '')).toBeNull();
    expect(await DIRECTORY.signIn(settings, '', passwordOf('ada'))).toBeNull();
    expect(await DIRECTORY.signIn(settings, 'ada', passwordOf('ada'))).toMatchObject({ role: 'finops' });
  });

  it.each([
    ['by searching for members', { groupSearchBase: GROUPS }],
    ['by memberOf', { groupSearchBase: null }],
  ])('get what their groups give, also through other groups and in circles, %s', async (_how, changes) => {
    await here.configure(changes);
    expect(await here.login('dora')).toMatchObject({ role: 'tenant-viewer' });
    expect((await row('dora'))?.tenants.map(({ tenantId }) => tenantId)).toEqual([here.a]);
    expect(await here.login('leni')).toMatchObject({ role: 'tenant-admin' });
    expect((await row('leni'))?.tenants.map(({ tenantId }) => tenantId).toSorted()).toEqual(
      [here.a, here.b].toSorted(),
    );
    // In two groups: the higher role counts.
    expect(await here.login('müller')).toMatchObject({ role: 'finops' });
  });

  it('stay out without a mapped group, and get in with a default role', async () => {
    const error = await refusal(here.login('lone'));
    expect(error.code).toBe('forbidden');
    expect(await row('lone')).toBeNull();
    expect((await refusal(here.login('lone', 'wrong'))).code).toBe('unauthenticated');
    await here.configure({ defaultRole: 'tenant-viewer' });
    expect(await here.login('lone')).toMatchObject({ role: 'tenant-viewer' });
  });

  it('get the role and tenants of the day at each sign-in, which ends what was signed in before', async () => {
    const before = await here.login('dora');
    await here.slapd.manage((client) => join(client, personDn('dora'), 'loop-1'));
    expect(await here.login('dora')).toMatchObject({ role: 'tenant-admin' });
    expect(await isLive(before.token)).toBe(false);
    expect(await actions()).toEqual(['session.login', 'user.update', 'session.login']);

    const between = await here.login('dora');
    await here.slapd.manage((client) => leave(client, personDn('dora'), 'loop-1'));
    expect(await here.login('dora')).toMatchObject({ role: 'tenant-viewer' });
    expect(await isLive(between.token)).toBe(false);
    expect((await row('dora'))?.tenants).toHaveLength(1);
  });

  it('lose what they had when they are in no mapped group any more', async () => {
    const { token } = await here.login('dora');
    await here.slapd.manage((client) => leave(client, personDn('dora'), 'squad'));
    expect((await refusal(here.login('dora'))).code).toBe('forbidden');
    expect(await isLive(token)).toBe(false);
    await here.slapd.manage((client) => join(client, personDn('dora'), 'squad'));
    expect(await here.login('dora')).toMatchObject({ role: 'tenant-viewer' });
  });

  it('stay out when they are disabled here, under every name, and are never enabled by signing in', async () => {
    await here.login('dora');
    const id = (await row('dora'))?.id ?? '';
    await here.world.domain.users.update(SYSTEM, id, { active: false });
    expect((await refusal(here.login('dora'))).code).toBe('unauthenticated');
    await here.configure({ searchFilter: '(|(uid={{username}})(mail={{username}}))' });
    expect((await refusal(here.login('dora@example.org', passwordOf('dora')))).code).toBe('unauthenticated');
    expect(await row('dora')).toMatchObject({ active: false });
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(1);
  });

  it('are one user, by whichever of their names they sign in', async () => {
    await here.configure({ searchFilter: '(|(uid={{username}})(mail={{username}}))' });
    await here.login('dora');
    expect(await here.login('dora@example.org', passwordOf('dora'))).toMatchObject({ username: 'dora' });
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(1);
  });

  it('stay the same user when their entry moves, and sign in anew', async () => {
    await here.login('dora');
    const before = await row('dora');
    const moved = `uid=dora,ou=other,${PEOPLE}`;
    await here.slapd.manage((client) => client.modifyDN(personDn('dora'), moved));
    const { token } = await here.login('dora');
    expect(await row('dora')).toMatchObject({ id: before?.id, directoryDn: moved });
    expect(await isLive(token)).toBe(true);
    await here.slapd.manage((client) => client.modifyDN(moved, personDn('dora')));
  });

  it('never take over a local user of the same name', async () => {
    await here.slapd.manage((client) => addPerson(client, LOCAL.username));
    await here.slapd.manage((client) => join(client, personDn(LOCAL.username), 'finance'));
    const before = await row(LOCAL.username);
    expect((await refusal(here.login(LOCAL.username))).code).toBe('unauthenticated');
    expect(await row(LOCAL.username)).toEqual(before);
    expect(await here.login(LOCAL.username, LOCAL.password)).toMatchObject({ role: 'admin' });
    await here.world.domain.users.create(SYSTEM, { ...LOCAL, username: 'lone', role: 'finops' });
    const id = (await row('lone'))?.id ?? '';
    await here.world.domain.users.update(SYSTEM, id, { active: false });
    expect((await refusal(here.login('lone'))).code).toBe('unauthenticated');
  });

  it('are made once, however many processes see them first', async () => {
    const other = await here.world.another();
    const from = { address: '203.0.113.9', userAgent: '' };
    const logins = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? here.world.domain : other).sessions.login(
        { username: 'ada', password: passwordOf('ada') },
        from,
      ),
    );
    await Promise.all(logins);
    expect(await here.world.db.user.count({ where: { source: 'ldap' } })).toBe(1);
    expect(await here.world.db.session.count({ where: { user: { source: 'ldap' } } })).toBe(6);
  });

  it('may try ten passwords in a quarter of an hour, as everybody', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect((await refusal(here.login('ada', 'wrong'))).code).toBe('unauthenticated');
    expect((await refusal(here.login('ada'))).code).toBe('too_many_attempts');
  });

  it('leave the last of all administrators one, whatever the groups say', async () => {
    await here.login('ada');
    await here.configure({ groupMapping: [{ groupDn: groupDn('admins'), role: 'finops' }] });
    await here.world.db.user.updateMany({ where: { username: LOCAL.username }, data: { active: false } });
    expect(await here.login('ada')).toMatchObject({ role: 'admin' });
    await here.configure({ groupMapping: [] });
    expect(await here.login('ada')).toMatchObject({ role: 'admin' });
    await here.world.db.user.updateMany({ where: { username: LOCAL.username }, data: { active: true } });
    expect((await refusal(here.login('ada'))).code).toBe('forbidden');
  });

  it('are not asked for when no directory is in use', async () => {
    await here.login('ada');
    await here.configure({ enabled: false });
    expect((await refusal(here.login('ada'))).code).toBe('unauthenticated');
    expect((await refusal(here.login('dora'))).code).toBe('unauthenticated');
  });

  it('do not belong to tenants that have been deleted since the mapping was written', async () => {
    const { tenant } = await here.world.domain.tenants.create(SYSTEM, { slug: 'gone', name: 'gone' });
    const mapping = {
      groupDn: groupDn('squad'),
      role: 'tenant-viewer',
      tenantIds: [tenant.id, here.b],
    } as const;
    await here.configure({ groupMapping: [mapping] });
    await here.world.domain.tenants.remove(SYSTEM, tenant.id);
    await here.login('dora');
    expect((await row('dora'))?.tenants.map(({ tenantId }) => tenantId)).toEqual([here.b]);
    const { groupMapping } = await here.world.domain.ldap.settings(SYSTEM);
    expect(groupMapping).toEqual([{ ...mapping, tenantIds: [here.b] }]);
  });
});
