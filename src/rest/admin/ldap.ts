import { plainSpelling } from '../../graphql/enums.ts';
import {
  LdapSettingsDocument,
  TestLdapDocument,
  UpdateLdapSettingsDocument,
  type LdapSettingsFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'LDAP';
const base = '/api/prism/admin/ldap';

/** In answers only; a client that sends the settings back as it got them is not refused for it. */
const readOnly = ['hasBindPassword'];

export const LDAP_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'Get LDAP configuration',
    params: {},
    document: LdapSettingsDocument,
    variables: () => ({}),
    respond: ({ ldapSettings }) => present(ldapSettings),
  }),
  route({
    method: 'PUT',
    path: base,
    heading,
    summary: 'Update LDAP configuration; what is missing stays as it is',
    params: {},
    document: UpdateLdapSettingsDocument,
    variables: ({ body }) => ({ input: body }),
    readOnly,
    respond: ({ updateLdapSettings }) => present(updateLdapSettings),
  }),
  route({
    method: 'POST',
    path: `${base}/test`,
    heading,
    summary: 'Test LDAP connection and group mapping, step by step',
    params: {},
    document: TestLdapDocument,
    variables: ({ body }) => ({ input: body }),
    readOnly,
    respond: ({ testLdap }) => ({ ...testLdap, role: roleOf(testLdap.role) }),
  }),
];

function present(settings: LdapSettingsFieldsFragment) {
  return {
    ...settings,
    defaultRole: roleOf(settings.defaultRole),
    groupMapping: settings.groupMapping.map((line) => ({ ...line, role: plainSpelling('Role', line.role) })),
  };
}

function roleOf(role: string | null | undefined): string | null {
  return role === null || role === undefined ? null : plainSpelling('Role', role);
}
