import { z } from 'zod';
import type { Role } from '../identity/actor.ts';
import { isOfUse, SCOPE_NAMES, type Scope } from '../identity/policy.ts';
import { tenantIdList } from './user-schema.ts';
import { badInput } from './validate.ts';

export interface AccessTokenInput {
  /** For its user, to tell it from the others. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Some of the user's tenants; missing or empty = all of them, also later ones. */
  readonly tenantIds?: readonly string[] | null | undefined;
  /** At most a year from now. */
  readonly expiresAt: Date;
}

export const tokenInput = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  scopes: z.array(z.enum(SCOPE_NAMES)).min(1).max(SCOPE_NAMES.length),
  tenantIds: tenantIdList.nullish(),
  expiresAt: z.date(),
});

/** Throws bad_input for a scope that the role gives nothing for: it would be a surprise on the day the role changes. */
export function requireUsefulScopes(scopes: readonly Scope[], role: Role): void {
  const useless = scopes.flatMap((scope, index) =>
    isOfUse(scope, role)
      ? []
      : [
          {
            path: `scopes.${index}`,
            message: `gives you nothing: your role "${role}" has no part in ${scope}`,
          },
        ],
  );
  if (useless.length > 0) throw badInput(useless);
}

/** Throws bad_input but for a moment of the coming year. */
export function requireExpiry(expiresAt: Date, now: Date): void {
  const last = new Date(now);
  last.setUTCFullYear(last.getUTCFullYear() + 1);
  if (expiresAt > now && expiresAt <= last) return;
  throw badInput([
    { path: 'expiresAt', message: `must lie in the future, at ${last.toISOString()} at the latest` },
  ]);
}
