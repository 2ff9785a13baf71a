import { getOperationAST, Kind, type DocumentNode, type GraphQLSchema } from 'graphql';
import { ROLES, type Role } from '../identity/actor.ts';
import type { AppError } from '../errors.ts';
import { can, POLICY, refusal, type Action } from '../identity/policy.ts';
import type { Caller } from './caller.ts';
import { notSignedIn } from './context.ts';

export type { Action } from '../identity/policy.ts';

/** What it takes to run a document: nothing, a sign-in, or a sign-in whose role allows all of the actions. */
export type Requirement = 'nothing' | readonly Action[];

/**
 * Reads from the schema what a document's root fields ask for. Lets another door refuse a caller before it looks
 * at the input, without a second list of who may do what.
 */
export function requirementOf(schema: GraphQLSchema, document: DocumentNode): Requirement {
  const operation = getOperationAST(document);
  const type = operation && schema.getRootType(operation.operation);
  const fields = type?.getFields() ?? {};
  const scopes = (operation?.selectionSet.selections ?? []).map((selection) =>
    selection.kind === Kind.FIELD ? scopesOf(fields[selection.name.value]?.extensions) : {},
  );
  if (scopes.length > 0 && scopes.every(({ open }) => open)) return 'nothing';
  return scopes.flatMap(({ action }) => (action === undefined ? [] : [action]));
}

export function allows(requirement: Requirement, { actor }: Caller): boolean {
  if (requirement === 'nothing') return true;
  return actor !== null && requirement.every((action) => can(actor, action));
}

/** What to answer somebody for whom `allows` says no. */
export function refuse({ actor }: Caller): AppError {
  return actor === null ? notSignedIn() : refusal(actor, 'do this');
}

interface Scopes {
  readonly open?: boolean;
  readonly action?: Action;
}

/** Pothos keeps the options that a field was built with (builder.ts: `skipTypeScopes`, `authScopes`). */
function scopesOf(extensions: { readonly pothosOptions?: unknown } = {}): Scopes {
  const { pothosOptions } = extensions;
  if (typeof pothosOptions !== 'object' || pothosOptions === null) return {};
  if ('skipTypeScopes' in pothosOptions && pothosOptions.skipTypeScopes === true) return { open: true };
  const scopes = 'authScopes' in pothosOptions ? pothosOptions.authScopes : undefined;
  if (typeof scopes !== 'object' || scopes === null || !('can' in scopes)) return {};
  return isAction(scopes.can) ? { action: scopes.can } : {};
}

function isAction(value: unknown): value is Action {
  return typeof value === 'string' && Object.hasOwn(POLICY, value);
}

/** The roles that meet a requirement; all of them where a sign-in is enough, none where not even that is asked. */
export function rolesOf(requirement: Requirement): readonly Role[] {
  if (requirement === 'nothing') return [];
  return ROLES.filter((role) =>
    requirement.every((action) => POLICY[action].some((one: Role) => one === role)),
  );
}
