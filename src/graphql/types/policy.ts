import { ROLES, type Role } from '../../identity/actor.ts';
import { POLICY, seesAllTenants, type Action } from '../../identity/policy.ts';
import { ACTION_GROUPS, ACTION_WORDS, ROLE_WORDS } from '../../identity/policy-words.ts';
import { builder } from '../builder.ts';
import { Role as RoleEnum } from './enum.ts';

const ACTIONS = Object.keys(POLICY).filter((key): key is Action => Object.hasOwn(POLICY, key));
const BY_GROUP = ACTION_GROUPS.flatMap((group) =>
  ACTIONS.filter((action) => ACTION_WORDS[action].group === group),
);

const RoleInfo = builder.objectRef<Role>('RoleInfo').implement({
  description: 'What a role is for.',
  fields: (t) => ({
    role: t.field({ type: RoleEnum, description: 'The role.', resolve: (role) => role }),
    description: t.string({ description: 'In a sentence.', resolve: (role) => ROLE_WORDS[role] }),
    seesAllTenants: t.boolean({
      description: 'Whether it sees the data of all tenants; else only of those that its user belongs to.',
      resolve: (role) => seesAllTenants(role),
    }),
  }),
});

const PermissionInfo = builder.objectRef<Action>('PermissionInfo').implement({
  description: 'One line of the policy: an action, and who may do it.',
  fields: (t) => ({
    action: t.string({ description: 'As it stands in `me.permissions`.', resolve: (action) => action }),
    group: t.string({
      description: 'What it belongs to, for example "Tenants".',
      resolve: (action) => ACTION_WORDS[action].group,
    }),
    description: t.string({
      description: 'What it is, going on from "May …".',
      resolve: (action) => ACTION_WORDS[action].may,
    }),
    roles: t.field({
      type: [RoleEnum],
      description: 'Who may do it.',
      resolve: (action) => [...POLICY[action]],
    }),
  }),
});

builder.queryField('roles', (t) =>
  t.field({
    type: [RoleInfo],
    description: 'All roles that there are, the most powerful first.',
    authScopes: { can: 'session.read' },
    resolve: () => [...ROLES],
  }),
);

builder.queryField('permissions', (t) =>
  t.field({
    type: [PermissionInfo],
    description: 'The whole policy: every action with the roles that may do it, group by group.',
    authScopes: { can: 'session.read' },
    resolve: () => [...BY_GROUP],
  }),
);
