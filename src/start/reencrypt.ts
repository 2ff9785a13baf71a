import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { record } from '../domain/audit.ts';
import { change, notify } from '../domain/change.ts';
import { isLdapStale, reencryptLdap } from '../domain/ldap-reencrypt.ts';
import type { RotatableCipher } from '../identity/cipher.ts';

const ACTOR = { kind: 'system', name: 'rotate-encryption-key' } as const;

interface StoredCredentials {
  readonly id: string;
  readonly credentials: string;
}

/** What has been encrypted anew. */
export interface Reencrypted {
  /** How many providers' credentials. */
  readonly providers: number;
  /** Whether the bind password of the directory. */
  readonly ldap: boolean;
}

/** How many providers, the directory counted as one, have secrets that another key than the first encrypted. */
export async function countStale(db: PrismaClient, cipher: RotatableCipher): Promise<number> {
  const rows = await db.provider.findMany({
    where: { credentials: { not: null } },
    select: { credentials: true },
  });
  const stale = rows.filter((row) => row.credentials !== null && !cipher.isCurrent(row.credentials));
  return stale.length + ((await isLdapStale(db, cipher)) ? 1 : 0);
}

/**
 * Encrypts all provider credentials and the directory's bind password with the first key, in one transaction:
 * all of them or none. Every process is told.
 * @throws CipherError when one cannot be read with any of the keys.
 */
export async function reencryptCredentials(db: PrismaClient, cipher: RotatableCipher): Promise<Reencrypted> {
  return change(db, async (tx) => {
    // Locked, or an admin's change in this moment would be overwritten with what was before it.
    const rows = await tx.$queryRaw<StoredCredentials[]>`
      SELECT id, credentials FROM provider WHERE credentials IS NOT NULL ORDER BY id FOR UPDATE`;
    const stale = rows.filter((row) => !cipher.isCurrent(row.credentials));
    for (const { id, credentials } of stale) {
      const context = `provider:${id}`;
      const renewed = cipher.encrypt(cipher.decrypt(credentials, context), context);
      await tx.provider.update({ where: { id }, data: { credentials: renewed } });
      await record(tx, ACTOR, 'provider.reencrypt', { type: 'provider', id }, null, null);
      await notify(tx, 'provider', id);
    }
    return { providers: stale.length, ldap: await reencryptLdap(tx, cipher, ACTOR) };
  });
}
