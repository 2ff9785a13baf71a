import { plainSpelling } from '../../graphql/enums.ts';
import { CompleteSetupDocument, CreateAdminDocument, SetupStatusDocument } from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Global Endpoints';

export const SETUP_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/prism/setup/status',
    heading,
    summary: 'Whether first-run setup is complete',
    params: {},
    document: SetupStatusDocument,
    variables: () => ({}),
    respond: ({ setupStatus }) => ({ setupComplete: setupStatus.setupComplete }),
  }),
  route({
    method: 'POST',
    path: '/api/prism/setup/admin',
    heading,
    summary: 'Create the initial admin account (once)',
    params: {},
    status: 201,
    document: CreateAdminDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ createAdmin: { id, username, role } }) => ({
      id,
      username,
      role: plainSpelling('Role', role),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/prism/setup/complete',
    heading,
    summary: 'Mark setup as complete',
    params: {},
    document: CompleteSetupDocument,
    variables: () => ({}),
    respond: ({ completeSetup }) => ({ setupComplete: completeSetup.setupComplete }),
  }),
];
