import type { LdapGroup, LdapSettings, LdapTest } from '../../domain/ldap.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BASE_UPDATED_AT } from '../edited.ts';
import { BadInputError, ConflictError } from '../errors.ts';
import { Role } from './enum.ts';

const about = {
  enabled: 'Whether people of the directory may sign in.',
  url: 'ldap:// or ldaps://, host and port: "ldaps://ldap.example.com:636".',
  startTls: 'Encrypt a connection that begins in clear; with ldap:// only.',
  tlsCaCert: 'Certificates (PEM) of the authorities to trust; null = those that Node trusts.',
  bindDn: 'Who searches: a DN, or for Active Directory name@domain or DOMAIN\\name; null = anonymous.',
  searchBase: 'DN below which people are.',
  searchFilter: 'Finds one person; {{username}} stands for the name, escaped.',
  groupSearchBase: 'DN below which groups are; null = groups are read from memberOf.',
  groupSearchFilter:
    'Finds the groups of {{dn}} or {{username}}; then theirs, unless the filter does that itself (matching rule 1.2.840.113556.1.4.1941).',
  defaultRole: 'For people without a mapped group; null = they may not sign in. Never ADMIN.',
  groupMapping: 'What the members of a group get; the highest role wins. Replaced as a whole.',
  timeoutMs: 'For a whole sign-in, in milliseconds: 500 to 30000.',
} as const;

const LdapGroupType = builder.objectRef<LdapGroup>('LdapGroup').implement({
  description: 'What the members of a group get, also those who are in it through other groups.',
  fields: (t) => ({
    groupDn: t.exposeString('groupDn', { description: 'DN of the group.' }),
    role: t.expose('role', { type: Role, description: 'What they may do.' }),
    tenantIds: t.idList({
      description: 'For tenant roles: where.',
      resolve: ({ tenantIds }) => [...tenantIds],
    }),
  }),
});

const LdapSettingsType = builder.objectRef<LdapSettings>('LdapSettings').implement({
  description: 'How people of a directory sign in. The bind password is never given back.',
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled', { description: about.enabled }),
    url: t.exposeString('url', { description: about.url }),
    startTls: t.exposeBoolean('startTls', { description: about.startTls }),
    tlsCaCert: t.exposeString('tlsCaCert', { nullable: true, description: about.tlsCaCert }),
    bindDn: t.exposeString('bindDn', { nullable: true, description: about.bindDn }),
    hasBindPassword: t.exposeBoolean('hasBindPassword', { description: 'Whether its password is stored.' }),
    searchBase: t.exposeString('searchBase', { description: about.searchBase }),
    searchFilter: t.exposeString('searchFilter', { description: about.searchFilter }),
    groupSearchBase: t.exposeString('groupSearchBase', {
      nullable: true,
      description: about.groupSearchBase,
    }),
    groupSearchFilter: t.exposeString('groupSearchFilter', { description: about.groupSearchFilter }),
    defaultRole: t.expose('defaultRole', { type: Role, nullable: true, description: about.defaultRole }),
    groupMapping: t.field({
      type: [LdapGroupType],
      description: about.groupMapping,
      resolve: ({ groupMapping }) => [...groupMapping],
    }),
    timeoutMs: t.exposeInt('timeoutMs', { description: about.timeoutMs }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When they were last changed; the begin of 1970 = never.',
    }),
  }),
});

const LdapTestStep = builder.objectRef<LdapTest['steps'][number]>('LdapTestStep').implement({
  description: 'One step of a test.',
  fields: (t) => ({
    step: t.exposeString('step', {
      description: 'resolve, connect, tls, bind, search_base, user, user_bind, groups or role.',
    }),
    ok: t.exposeBoolean('ok', { description: 'Whether it went well.' }),
    detail: t.exposeString('detail', { description: 'What happened.' }),
    ms: t.exposeFloat('ms', { description: 'How long it took, in milliseconds.' }),
  }),
});

const LdapTestType = builder.objectRef<LdapTest>('LdapTest').implement({
  description: 'What a test of the directory showed.',
  fields: (t) => ({
    success: t.exposeBoolean('success', { description: 'Whether every step went well.' }),
    steps: t.field({
      type: [LdapTestStep],
      description: 'In order; after one that failed, none is tried.',
      resolve: ({ steps }) => [...steps],
    }),
    suggestion: t.exposeString('suggestion', {
      nullable: true,
      description: 'The likely mend; only when something failed.',
    }),
    role: t.expose('role', {
      type: Role,
      nullable: true,
      description: 'What the person would be; null = none was named, or they may not sign in.',
    }),
    tenantIds: t.idList({
      description: 'The tenants that the person would belong to.',
      resolve: ({ tenantIds }) => [...tenantIds],
    }),
    groups: t.stringList({
      description: 'DNs of the person’s groups, direct ones first.',
      resolve: ({ groups }) => [...groups],
    }),
  }),
});

const LdapGroupInput = builder.inputType('LdapGroupInput', {
  description: 'What the members of a group get.',
  fields: (t) => ({
    groupDn: t.string({ required: true, description: 'DN of the group.' }),
    role: t.field({ type: Role, required: true, description: 'What they may do.' }),
    tenantIds: t.idList({ description: 'For tenant roles: where.' }),
  }),
});

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

/** The settings as they can be given: to be stored, and to be tried. */
const given = (t: InputFields) => ({
  enabled: t.boolean({ description: about.enabled }),
  url: t.string({ description: about.url }),
  startTls: t.boolean({ description: about.startTls }),
  tlsCaCert: t.string({ description: about.tlsCaCert }),
  bindDn: t.string({ description: about.bindDn }),
  bindPassword: t.string({
    description: 'Its password; missing = the stored one, which another url or less encryption does not get.',
  }),
  searchBase: t.string({ description: about.searchBase }),
  searchFilter: t.string({ description: about.searchFilter }),
  groupSearchBase: t.string({ description: about.groupSearchBase }),
  groupSearchFilter: t.string({ description: about.groupSearchFilter }),
  defaultRole: t.field({ type: Role, description: about.defaultRole }),
  groupMapping: t.field({ type: [LdapGroupInput], description: about.groupMapping }),
  timeoutMs: t.int({ description: about.timeoutMs }),
});

const UpdateLdapSettingsInput = builder.inputType('UpdateLdapSettingsInput', {
  description:
    'Changes to the directory’s settings; what is missing stays as it is. Null empties tlsCaCert, bindDn, groupSearchBase and defaultRole, and leaves the others.',
  fields: given,
});

const TestLdapInput = builder.inputType('TestLdapInput', {
  description: 'What to try: the stored settings, with what is given here in their place. Nothing is stored.',
  fields: (t) => ({
    ...given(t),
    username: t.string({ description: 'Somebody of the directory, to see what they would be.' }),
    password: t.string({ description: 'Their password, to try it as well.' }),
  }),
});

builder.queryField('ldapSettings', (t) =>
  t.field({
    type: LdapSettingsType,
    description: 'How people of a directory sign in.',
    authScopes: { can: 'ldap.read' },
    resolve: (_root, _args, context) => context.domain.ldap.settings(signedIn(context)),
  }),
);

builder.mutationField('updateLdapSettings', (t) =>
  t.field({
    type: LdapSettingsType,
    description: 'Changes how people of a directory sign in; in force with the next sign-in.',
    authScopes: { can: 'ldap.write' },
    errors: { types: [BadInputError, ConflictError] },
    args: {
      input: t.arg({ type: UpdateLdapSettingsInput, required: true, description: 'The changes.' }),
      baseUpdatedAt: t.arg({ type: 'DateTime', description: BASE_UPDATED_AT }),
    },
    resolve: (_root, { input, baseUpdatedAt }, context) =>
      context.domain.ldap.update(signedIn(context), input, baseUpdatedAt ?? null),
  }),
);

builder.mutationField('testLdap', (t) =>
  t.field({
    type: LdapTestType,
    description: 'Asks the directory step by step. What the directory does is never an error.',
    authScopes: { can: 'ldap.test' },
    errors: { types: [BadInputError] },
    args: { input: t.arg({ type: TestLdapInput, required: true, description: 'What to try.' }) },
    resolve: (_root, { input }, context) => context.domain.ldap.test(signedIn(context), input),
  }),
);
