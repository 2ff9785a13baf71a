import type { DirectorySettingsFragment, Role, UpdateLdapSettingsInput } from '#lib/generated/graphql.ts';

/** What the members of one group get, as a row of the form. */
export type GroupRow = {
  groupDn: string;
  role: Role;
  tenantIds: string[];
};

/** The form: texts where the settings have null. A type, not an interface: drafts want an index. */
export type DirectoryValues = {
  enabled: boolean;
  url: string;
  startTls: boolean;
  tlsCaCert: string;
  bindDn: string;
  /** Only ever goes in; '' = the stored one stays. */
  bindPassword: string;
  searchBase: string;
  searchFilter: string;
  groupSearchBase: string;
  groupSearchFilter: string;
  defaultRole: Role | '';
  groupMapping: GroupRow[];
  timeoutMs: number | null;
};

export function toValues(settings: DirectorySettingsFragment): DirectoryValues {
  const { enabled, url, startTls, searchBase, searchFilter, groupSearchFilter, timeoutMs } = settings;
  return {
    enabled,
    url,
    startTls,
    tlsCaCert: settings.tlsCaCert ?? '',
    bindDn: settings.bindDn ?? '',
    bindPassword: '',
    searchBase,
    searchFilter,
    groupSearchBase: settings.groupSearchBase ?? '',
    groupSearchFilter,
    defaultRole: settings.defaultRole ?? '',
    groupMapping: settings.groupMapping.map(({ groupDn, role, tenantIds }) => ({
      groupDn,
      role,
      tenantIds: [...tenantIds],
    })),
    timeoutMs,
  };
}

/** What has changed as the server takes it: emptied texts are null. */
export function toInput(patch: Partial<DirectoryValues>): UpdateLdapSettingsInput {
  const { tlsCaCert, bindDn, groupSearchBase, defaultRole, bindPassword, groupMapping, ...rest } = patch;
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text);
  return {
    ...rest,
    ...(tlsCaCert === undefined ? {} : { tlsCaCert: orNull(tlsCaCert) }),
    ...(bindDn === undefined ? {} : { bindDn: orNull(bindDn) }),
    ...(groupSearchBase === undefined ? {} : { groupSearchBase: orNull(groupSearchBase) }),
    ...(defaultRole === undefined ? {} : { defaultRole: defaultRole === '' ? null : defaultRole }),
    ...(bindPassword === undefined || bindPassword === '' ? {} : { bindPassword }),
    ...(groupMapping === undefined
      ? {}
      : {
          groupMapping: groupMapping.map(({ groupDn, role, tenantIds }) => ({
            groupDn,
            role,
            tenantIds: [...tenantIds],
          })),
        }),
  };
}

/** The usual way to find people and groups, by product. */
export const USUAL = [
  {
    label: 'OpenLDAP',
    searchFilter: '(uid={{username}})',
    groupSearchFilter: '(|(member={{dn}})(uniqueMember={{dn}})(memberUid={{username}}))',
  },
  {
    label: 'Active Directory',
    searchFilter: '(&(objectCategory=person)(sAMAccountName={{username}}))',
    groupSearchFilter: '(member:1.2.840.113556.1.4.1941:={{dn}})',
  },
  {
    label: 'FreeIPA',
    searchFilter: '(&(objectClass=person)(uid={{username}}))',
    groupSearchFilter: '(member={{dn}})',
  },
] as const satisfies readonly (Pick<DirectoryValues, 'searchFilter' | 'groupSearchFilter'> & {
  label: string;
})[];

/** What each step of a test does, and of a sign-in, too. */
export const STEP_WORDS: Readonly<Record<string, string>> = {
  resolve: 'Find the host',
  connect: 'Connect',
  tls: 'Encrypt',
  bind: 'Sign in to search',
  search_base: 'Read the search base',
  user: 'Find the person',
  user_bind: 'Try their password',
  groups: 'Find their groups',
  role: 'Decide on the role',
};
