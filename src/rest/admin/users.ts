import { plainSpelling } from '../../graphql/enums.ts';
import { found } from '../found.ts';
import {
  CreateUserDocument,
  DeleteUserDocument,
  UpdateUserDocument,
  UserDocument,
  UsersDocument,
  type UserFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Users';
const base = '/api/prism/admin/users';
const params = { id: 'Id of the user' } as const;

/** In answers only; a client that sends a user back as it got it is not refused for them. */
const readOnly = ['id', 'source', 'lastLoginAt', 'createdAt', 'updatedAt'];

export const USER_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List all users',
    params: {},
    document: UsersDocument,
    variables: () => ({}),
    respond: ({ users }) => users.map(presentUser),
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create user',
    params: {},
    status: 201,
    document: CreateUserDocument,
    variables: ({ body }) => ({ input: withTenantIds(body) }),
    readOnly: [...readOnly, 'active'],
    respond: ({ createUser }) => presentUser(createUser),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get user',
    params,
    document: UserDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ user }) => presentUser(found(user, 'user')),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id`,
    heading,
    summary: 'Update user (role, tenants, password, active); what is missing stays as it is',
    params,
    document: UpdateUserDocument,
    variables: ({ params: { id }, body }) => ({ id, input: withTenantIds(body) }),
    readOnly: [...readOnly, 'username'],
    respond: ({ updateUser }) => presentUser(updateUser),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Delete user (cannot delete self or last admin)',
    params,
    document: DeleteUserDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: () => ({ success: true }),
  }),
];

/** The API reference calls the list of ids `tenants`; both names are taken. */
function withTenantIds(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!('tenants' in body) || 'tenantIds' in body) return body;
  const { tenants, ...rest } = body;
  return { ...rest, tenantIds: tenants };
}

function presentUser(user: UserFieldsFragment) {
  return {
    ...user,
    role: plainSpelling('Role', user.role),
    source: plainSpelling('UserSource', user.source),
  };
}
