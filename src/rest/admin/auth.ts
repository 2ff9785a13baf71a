import { plainSpelling } from '../../graphql/enums.ts';
import { LoginDocument, LogoutDocument, MeDocument } from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Global Endpoints';

export const AUTH_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'POST',
    path: '/api/prism/auth/login',
    heading,
    summary: 'Login: a JWT for a name and a password',
    params: {},
    document: LoginDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ login: { token, username, role, expiresAt } }) => ({
      token,
      username,
      role: plainSpelling('Role', role),
      expiresAt,
    }),
  }),
  route({
    method: 'POST',
    path: '/api/prism/auth/logout',
    heading,
    summary: 'End the session at once',
    params: {},
    document: LogoutDocument,
    variables: () => ({}),
    respond: ({ logout }) => ({ success: logout.success }),
  }),
  route({
    method: 'GET',
    path: '/api/prism/auth/me',
    heading,
    summary: 'Current user info',
    params: {},
    document: MeDocument,
    variables: () => ({}),
    respond: ({ me }) => ({ ...me, role: plainSpelling('Role', me.role) }),
  }),
];
