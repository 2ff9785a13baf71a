import { z } from 'zod';
import { ROLES } from '../identity/actor.ts';

/** As stored and compared: without case, without the look-alikes of Unicode. */
export function normalizeUsername(username: string): string {
  return username.trim().normalize('NFKC').toLowerCase();
}

export const newUsername = z
  .string()
  .transform(normalizeUsername)
  .pipe(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._@+-]{0,99}$/,
        'must have 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit',
      ),
  );

/** Long enough to be a passphrase, bounded so that hashing costs what it should. */
export const newPassword = z.string().min(8).max(256);

export const tenantIdList = z.array(z.uuid('must be the id of a tenant').toLowerCase()).max(1000);

export const userCreate = z.strictObject({
  username: newUsername,
  password: newPassword,
  role: z.enum(ROLES),
  tenantIds: tenantIdList.nullish(),
});

/** What is missing or null stays as it is. */
export const userUpdate = z.strictObject({
  role: z.enum(ROLES).nullish(),
  tenantIds: tenantIdList.nullish(),
  password: newPassword.nullish(),
  active: z.boolean().nullish(),
});
