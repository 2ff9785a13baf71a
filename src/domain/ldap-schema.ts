import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import { ROLES } from '../identity/actor.ts';
import { parseDirectoryUrl } from '../identity/ldap/address.ts';
import { normalizeDn } from '../identity/ldap/dn.ts';
import { filterProblem } from '../identity/ldap/filter.ts';
import type { LdapFacts } from './ldap-types.ts';
import { plainText } from './plain-text.ts';

/** Everything but the password: what is stored beside its ciphertext. */
export type LdapPlain = Omit<LdapFacts, 'hasBindPassword'>;

export const LDAP_DEFAULTS: LdapPlain = {
  enabled: false,
  url: '',
  startTls: false,
  tlsCaCert: null,
  bindDn: null,
  searchBase: '',
  searchFilter: '(uid={{username}})',
  groupSearchBase: null,
  groupSearchFilter: '(|(member={{dn}})(uniqueMember={{dn}})(memberUid={{username}}))',
  defaultRole: null,
  groupMapping: [],
  timeoutMs: 5000,
};

/** A string with a rule that says itself what is wrong; "" passes where a field may be empty. */
function text(max: number, problemOf: (value: string) => string | null) {
  return plainText(max)
    .trim()
    .superRefine((value, context) => {
      const message = value === '' ? null : problemOf(value);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });
}

const dnProblem = (value: string): string | null =>
  normalizeDn(value) === null ? 'must be a DN such as ou=people,dc=example,dc=com' : null;
const dn = text(1000, dnProblem);
/** Active Directory also takes a user principal name or a down-level name. */
const bindName = text(1000, (value) =>
  /^[^\s@\\=,]+@[^\s@\\=,]+$|^[^\s@\\=,]+\\[^\s@\\=,]+$/.test(value) ? null : dnProblem(value),
);
const url = text(500, (value) => {
  const address = parseDirectoryUrl(value);
  return typeof address === 'string' ? address : null;
});
const searchFilter = text(2000, (value) => filterProblem(value, ['username']));
const groupFilter = text(2000, (value) => filterProblem(value, ['dn', 'username']));

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
const certificates = text(100_000, (value) => {
  const blocks = [...value.matchAll(BLOCK)];
  if (blocks.some(([, label]) => label?.includes('PRIVATE KEY')))
    return 'must not hold a private key: only the certificate of the authority is needed';
  const readable = blocks.every(([block, label]) => label === 'CERTIFICATE' && isCertificate(block));
  return blocks.length > 0 && readable
    ? null
    : 'must be one or more certificates in PEM (-----BEGIN CERTIFICATE-----)';
});

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}

const groups = z.array(
  z.strictObject({
    groupDn: dn.min(1, 'must name a group'),
    role: z.enum(ROLES),
    tenantIds: z.array(z.uuid('must be the id of a tenant').toLowerCase()).max(1000).nullish(),
  }),
);

const fields = {
  enabled: z.boolean().nullish(),
  url: url.nullish(),
  startTls: z.boolean().nullish(),
  tlsCaCert: certificates.nullish(),
  bindDn: bindName.nullish(),
  bindPassword: z.string().max(1024).nullish(),
  searchBase: dn.nullish(),
  searchFilter: searchFilter.min(1).nullish(),
  groupSearchBase: dn.nullish(),
  groupSearchFilter: groupFilter.min(1).nullish(),
  defaultRole: z
    .enum(ROLES)
    .refine((role) => role !== 'admin', 'must not be admin: everybody in the directory would be one')
    .nullish(),
  groupMapping: groups.max(500).nullish(),
  timeoutMs: z.int().min(500).max(30_000).nullish(),
};

export const ldapInput = z.strictObject(fields);
export const ldapTestInput = z.strictObject({
  ...fields,
  username: plainText(200).nullish(),
  password: z.string().max(1024).nullish(),
});

/** Each member by itself: one that was spoilt by hand reads as its default. */
export const storedLdap = z.object({
  enabled: z.boolean().catch(LDAP_DEFAULTS.enabled),
  url: url.catch(LDAP_DEFAULTS.url),
  startTls: z.boolean().catch(LDAP_DEFAULTS.startTls),
  tlsCaCert: certificates.nullable().catch(LDAP_DEFAULTS.tlsCaCert),
  bindDn: bindName.nullable().catch(LDAP_DEFAULTS.bindDn),
  searchBase: dn.catch(LDAP_DEFAULTS.searchBase),
  searchFilter: searchFilter.catch(LDAP_DEFAULTS.searchFilter),
  groupSearchBase: dn.nullable().catch(LDAP_DEFAULTS.groupSearchBase),
  groupSearchFilter: groupFilter.catch(LDAP_DEFAULTS.groupSearchFilter),
  defaultRole: z.enum(ROLES).nullable().catch(LDAP_DEFAULTS.defaultRole),
  groupMapping: z
    .array(z.object({ groupDn: z.string(), role: z.enum(ROLES), tenantIds: z.array(z.string()) }))
    .catch([]),
  timeoutMs: z.int().min(500).max(30_000).catch(LDAP_DEFAULTS.timeoutMs),
  /** Ciphertext. */
  bindPassword: z.string().nullable().catch(null),
});

/** `before` with what was given. */
export function mergeLdap(before: LdapPlain, given: z.output<typeof ldapInput>): LdapPlain {
  return {
    enabled: given.enabled ?? before.enabled,
    url: given.url ?? before.url,
    startTls: given.startTls ?? before.startTls,
    tlsCaCert: orEmpty(given.tlsCaCert, before.tlsCaCert),
    bindDn: orEmpty(given.bindDn, before.bindDn),
    searchBase: given.searchBase ?? before.searchBase,
    searchFilter: given.searchFilter ?? before.searchFilter,
    groupSearchBase: orEmpty(given.groupSearchBase, before.groupSearchBase),
    groupSearchFilter: given.groupSearchFilter ?? before.groupSearchFilter,
    defaultRole: given.defaultRole === undefined ? before.defaultRole : given.defaultRole,
    groupMapping:
      given.groupMapping?.map((line) => ({ ...line, tenantIds: [...new Set(line.tenantIds ?? [])] })) ??
      before.groupMapping,
    timeoutMs: given.timeoutMs ?? before.timeoutMs,
  };
}

function orEmpty(given: string | null | undefined, before: string | null): string | null {
  return given === undefined ? before : given === '' ? null : given;
}

/** What does not go together. `inUse` = about to be switched on or tested: nothing may be missing. */
export function ldapProblems(settings: LdapPlain, inUse: boolean): FieldProblem[] {
  const { url: address, startTls, searchBase } = settings;
  const problems: FieldProblem[] = [];
  if (inUse && address === '') problems.push({ path: 'url', message: 'is required' });
  if (inUse && searchBase === '') problems.push({ path: 'searchBase', message: 'is required' });
  if (startTls && /^ldaps:/i.test(address))
    problems.push({ path: 'startTls', message: 'goes with ldap:// only: ldaps:// is encrypted already' });
  return problems;
}
