import { SYSTEM } from '../../../domain/world.ts';
import { PASSWORD, type Stage } from '../../../graphql/stage.ts';
import type { Example, Prepared } from '../example.ts';
import { ADMIN, bool, has, list, oneOf, orNull, some, text, time } from '../shapes.ts';

const BASE = `${ADMIN}/users`;
const TOKENS = `${ADMIN}/access-tokens`;
const user = has({
  id: text,
  username: text,
  role: oneOf('admin', 'maintainer', 'finops', 'tenant-admin', 'tenant-viewer'),
  tenantIds: list,
  source: oneOf('local', 'ldap'),
  active: bool,
});
const token = has({ id: text, name: text, scopes: list, expiresAt: time, revokedAt: orNull('string') });

const newUser =
  (name: string) =>
  async ({ world }: Stage): Promise<Prepared> => {
    const username = `${name}-${await world.db.user.count()}`;
    const { id } = await world.domain.users.create(SYSTEM, { username, password: PASSWORD, role: 'finops' });
    return { params: { id } };
  };

/** Of the admin, who calls. */
async function newToken({ rest }: Stage): Promise<Prepared> {
  const expiresAt = '2027-01-01T00:00:00Z';
  const { body } = await rest('POST', TOKENS, { name: 'to be revoked', scopes: ['usage:read'], expiresAt });
  return { params: { id: body.id } };
}

export const USERS: readonly Example[] = [
  { row: `GET ${BASE}`, answer: some(user) },
  {
    row: `POST ${BASE}`,
    prepare: ({ a }) => Promise.resolve({ body: { tenantIds: [a.id] } }),
    body: { username: 'an-example', password: PASSWORD, role: 'tenant-admin' },
    answer: user,
  },
  { row: `GET ${BASE}/:id`, prepare: newUser('to-be-read'), answer: user },
  {
    row: `PUT ${BASE}/:id`,
    prepare: newUser('to-be-changed'),
    body: { role: 'maintainer', tenantIds: [], password: 'another good password', active: false },
    answer: has({ role: 'maintainer', active: false }),
  },
  { row: `DELETE ${BASE}/:id`, prepare: newUser('to-be-removed'), answer: { success: true } },
  {
    row: `POST ${TOKENS}`,
    body: { name: 'an example', scopes: ['usage:read'], expiresAt: '2027-01-01T00:00:00Z' },
    answer: has({ name: 'an example', token: text }),
  },
  { row: `GET ${TOKENS}`, answer: some(token) },
  { row: `DELETE ${TOKENS}/:id`, prepare: newToken, answer: { success: true } },
  {
    row: `GET ${ADMIN}/audit`,
    query: { from: '2026-01-01T00:00:00Z', action: 'tenant.create', limit: '2' },
    answer: {
      entries: some(has({ id: text, action: 'tenant.create', actorName: text })),
      nextCursor: orNull('string'),
    },
  },
];
