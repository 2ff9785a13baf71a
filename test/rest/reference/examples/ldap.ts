import type { Example } from '../example.ts';
import { ADMIN, bool, has, list, number, orNull, some, text } from '../shapes.ts';

const BASE = `${ADMIN}/ldap`;
const settings = has({
  enabled: bool,
  url: text,
  startTls: bool,
  tlsCaCert: orNull('string'),
  bindDn: orNull('string'),
  searchBase: text,
  searchFilter: text,
  defaultRole: orNull('string'),
  groupMapping: list,
});

export const LDAP: readonly Example[] = [
  { row: `GET ${BASE}`, answer: settings },
  {
    row: `PUT ${BASE}`,
    prepare: ({ a }) =>
      Promise.resolve({
        body: {
          groupMapping: [
            { groupDn: 'cn=team-a,ou=groups,dc=example,dc=com', role: 'tenant-viewer', tenantIds: [a.id] },
          ],
        },
      }),
    body: {
      enabled: false,
      url: 'ldaps://directory.example.com',
      bindDn: 'cn=reader,dc=example,dc=com',
      bindPassword: 'the password of the reader',
      searchBase: 'ou=people,dc=example,dc=com',
      searchFilter: '(uid={{username}})',
      defaultRole: null,
    },
    answer: settings,
  },
  {
    row: `POST ${BASE}/test`,
    // Nobody listens there: the steps say so.
    body: { url: 'ldap://127.0.0.1:1', startTls: false, bindDn: null, username: 'somebody' },
    answer: has({
      success: false,
      steps: some(has({ step: text, ok: bool, detail: text, ms: number })),
      role: null,
      tenantIds: [],
      groups: [],
    }),
  },
];
