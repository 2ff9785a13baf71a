import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { record } from '../domain/audit.ts';
import { change, notify } from '../domain/change.ts';
import type { RotatableCipher } from '../identity/cipher.ts';

const ACTOR = { kind: 'system', name: 'rotate-encryption-key' } as const;

interface StoredCredentials {
  readonly id: string;
  readonly credentials: string;
}

/** How many providers have credentials that another key than the first encrypted. */
export async function countStale(db: PrismaClient, cipher: RotatableCipher): Promise<number> {
  const rows = await db.provider.findMany({
    where: { credentials: { not: null } },
    select: { credentials: true },
  });
  return rows.filter((row) => row.credentials !== null && !cipher.isCurrent(row.credentials)).length;
}

/**
 * Encrypts all provider credentials with the first key, in one transaction: all of them or none. Every
 * process is told. Returns how many were changed.
 * @throws CipherError when one cannot be read with any of the keys.
 */
export async function reencryptCredentials(db: PrismaClient, cipher: RotatableCipher): Promise<number> {
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
    return stale.length;
  });
}
