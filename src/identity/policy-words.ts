import type { Role } from './actor.ts';
import type { Action, Scope } from './policy.ts';

/** The policy in words, for whoever has to give somebody a role or a token. A new row of it needs its words here. */

/** What a role is for. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  admin: 'Everything, people and settings included.',
  maintainer: 'Runs the gateway: providers, models, routing and tenants, but not people and settings.',
  finops: 'Looks after money: reads usage, costs and requests of all tenants, never prompts.',
  'tenant-admin': 'Looks after its own tenants: their models, usage and requests.',
  'tenant-viewer': 'Reads usage and requests of its own tenants.',
};

/** In the order in which somebody who gives a role wants to know. */
export const ACTION_GROUPS = [
  'Usage',
  'Tenants',
  'Providers and models',
  'Routing',
  'People',
  'Settings',
  'Own account',
] as const;

export interface ActionWords {
  /** Under which heading it stands. */
  readonly group: (typeof ACTION_GROUPS)[number];
  /** Goes on from "May …". */
  readonly may: string;
}

/** What an action is. */
export const ACTION_WORDS: Readonly<Record<Action, ActionWords>> = {
  'setup.complete': { group: 'Settings', may: 'finish the first-run setup' },
  'session.read': { group: 'Own account', may: 'see who is signed in' },
  'session.end': { group: 'Own account', may: 'list and end own sessions' },
  'session.manage': { group: 'People', may: 'list and end the sessions of others' },
  'password.change': { group: 'Own account', may: 'change the own password' },
  'user.read': { group: 'People', may: 'see all users' },
  'user.create': { group: 'People', may: 'add users' },
  'user.update': { group: 'People', may: 'change role, tenants and state of users' },
  'user.delete': { group: 'People', may: 'delete users' },
  'accessToken.own': { group: 'Own account', may: 'make and revoke own access tokens' },
  'accessToken.manage': { group: 'People', may: 'see and revoke the access tokens of others' },
  'ldap.read': { group: 'People', may: 'see the settings of the directory' },
  'ldap.write': { group: 'People', may: 'change the settings of the directory' },
  'ldap.test': { group: 'People', may: 'test the directory' },
  'provider.read': { group: 'Providers and models', may: 'see providers' },
  'provider.write': { group: 'Providers and models', may: 'add and change providers' },
  'provider.delete': { group: 'Providers and models', may: 'delete providers' },
  'provider.check': { group: 'Providers and models', may: 'check a provider’s connection' },
  'provider.discover': { group: 'Providers and models', may: 'discover a provider’s models' },
  'provider.chat': { group: 'Providers and models', may: 'send a provider a test message' },
  'model.read': { group: 'Providers and models', may: 'see all models and their prices' },
  'model.write': { group: 'Providers and models', may: 'add, change and order models' },
  'tenant.identify': { group: 'Tenants', may: 'see the names of the tenants in reach' },
  'tenant.list': { group: 'Tenants', may: 'see all tenants with their settings' },
  'tenant.read': { group: 'Tenants', may: 'see a tenant’s settings' },
  'tenant.write': { group: 'Tenants', may: 'add and change tenants' },
  'tenant.delete': { group: 'Tenants', may: 'delete tenants' },
  'tenant.modelConfig': { group: 'Tenants', may: 'choose which models a tenant may use' },
  'key.read': { group: 'Tenants', may: 'see a tenant’s keys, never the secret' },
  'key.write': { group: 'Tenants', may: 'make, rotate, disable and delete keys' },
  'category.read': { group: 'Routing', may: 'see categories' },
  'category.write': { group: 'Routing', may: 'change categories and apply presets' },
  'ruleSet.read': { group: 'Routing', may: 'see rule sets and try prompts against them' },
  'ruleSet.write': { group: 'Routing', may: 'change rule sets and roll them out' },
  'tokens.estimate': { group: 'Routing', may: 'count the tokens of a prompt' },
  'portal.read': { group: 'Tenants', may: 'open the tenant’s own page' },
  'usage.read': { group: 'Usage', may: 'see usage and costs' },
  'requestLog.read': { group: 'Usage', may: 'see the request log' },
  'prompt.read': { group: 'Usage', may: 'read stored prompts and answers' },
  'settings.read': { group: 'Settings', may: 'see the log settings' },
  'settings.write': { group: 'Settings', may: 'change the log settings' },
  'audit.read': { group: 'Settings', may: 'read the audit log' },
  'system.read': { group: 'Settings', may: 'see the processes and the database' },
  'pod.evict': { group: 'Settings', may: 'take a process out of the list' },
};

/** What a token with the scope is for. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'usage:read': 'Read usage and costs, for reports and dashboards.',
  'requests:read': 'Read the request log, without prompts and answers.',
  'prompts:read': 'Read stored prompts and answers, in clear.',
  'models:read': 'Read models, providers, categories and rule sets.',
  'models:write': 'Change models, providers, categories and rule sets; check and discover.',
  'tenants:read': 'Read tenants, their settings and the prefixes of their keys.',
  'tenants:write': 'Add, change and delete tenants.',
  'keys:write': 'Make, rotate, disable and delete tenant keys.',
  'admin:read': 'Read users, settings, the audit log and the state of the system.',
  'admin:write': 'Change the log settings and take processes out of the list.',
};
