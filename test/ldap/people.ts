import { Attribute, Change, type Client } from 'ldapts';
import { escapeDnValue } from '../../src/identity/ldap/dn.ts';
import { SEARCHER, SUFFIX, type Slapd } from './slapd.ts';

export const PEOPLE = `ou=people,${SUFFIX}`;
export const GROUPS = `ou=groups,${SUFFIX}`;

/** What everybody signs in with. */
export function passwordOf(uid: string): string {
  return `the password of ${uid}`;
}

export function personDn(uid: string): string {
  return `uid=${escapeDnValue(uid)},${PEOPLE}`;
}

export function groupDn(cn: string): string {
  return `cn=${escapeDnValue(cn)},${GROUPS}`;
}

/** Names that are syntax to somebody: to filters, to DNs, to neither but not ASCII. */
export const AWKWARD = [
  'a(b)*c',
  'back\\slash',
  'smith, john',
  'müller',
  '*',
  'x)(uid=*',
  '#1 "quoted" <a+b;c>',
];

/**
 * Group → members. staff ← team ← squad ← dora; loop-1 and loop-2 contain each other and leni. The circle is
 * closed when both are there.
 */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  admins: [personDn('ada')],
  finance: [personDn('müller')],
  squad: [personDn('dora')],
  team: [groupDn('squad')],
  'Staff, all of it': [groupDn('team'), ...AWKWARD.map(personDn)],
  'loop-1': [personDn('leni')],
  'loop-2': [groupDn('loop-1')],
};

/** Fills an empty directory. */
export async function populate(slapd: Slapd): Promise<void> {
  await slapd.manage(async (client) => {
    await client.add(SUFFIX, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
    for (const ou of ['people', 'groups'])
      await client.add(`ou=${ou},${SUFFIX}`, { objectClass: 'organizationalUnit', ou });
    await client.add(SEARCHER.dn, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: 'search',
      userPassword: SEARCHER.password,
    });
    for (const uid of ['ada', 'dora', 'leni', 'lone', ...AWKWARD]) await addPerson(client, uid);
    await client.add(`ou=other,${PEOPLE}`, { objectClass: 'organizationalUnit', ou: 'other' });
    await addPerson(client, 'twin');
    await addPerson(client, 'twin', `uid=twin,ou=other,${PEOPLE}`);
    await client.add(personDn('keyless'), { objectClass: 'inetOrgPerson', uid: 'keyless', cn: 'k', sn: 'k' });
    // Members must be there before the group for the server to note memberOf; loops are closed afterwards.
    for (const [cn, members] of Object.entries(MEMBERS)) {
      await client.add(groupDn(cn), { objectClass: 'groupOfNames', cn, member: [NOBODY] });
      for (const member of members) await join(client, member, cn);
    }
    await join(client, groupDn('loop-2'), 'loop-1');
  });
}

/** A groupOfNames must have a member. */
const NOBODY = `cn=nobody,${SUFFIX}`;

export async function join(client: Client, member: string, group: string): Promise<void> {
  await client.modify(groupDn(group), memberChange('add', member));
}

export async function leave(client: Client, member: string, group: string): Promise<void> {
  await client.modify(groupDn(group), memberChange('delete', member));
}

function memberChange(operation: 'add' | 'delete', member: string): Change {
  return new Change({ operation, modification: new Attribute({ type: 'member', values: [member] }) });
}

export async function addPerson(client: Client, uid: string, dn = personDn(uid)): Promise<void> {
  await client.add(dn, {
    objectClass: 'inetOrgPerson',
    uid,
    cn: uid,
    sn: uid,
    mail: `${uid.replaceAll(/[^a-z]/g, '')}@example.org`,
    userPassword: passwordOf(uid),
  });
}
