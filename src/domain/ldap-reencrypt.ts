import { z } from 'zod';
import type { Actor } from '../identity/actor.ts';
import type { RotatableCipher } from '../identity/cipher.ts';
import { record } from './audit.ts';
import { notify, type Tx } from './change.ts';
import { toJsonObject } from './json.ts';
import { LDAP_CONTEXT } from './ldap-password.ts';
import { LDAP_SETTING } from './ldap-store.ts';

const stored = z.looseObject({ bindPassword: z.string() });

/** Whether another key than the first encrypted the bind password. */
export async function isLdapStale(
  db: Pick<Tx, 'setting'>,
  cipher: Pick<RotatableCipher, 'isCurrent'>,
): Promise<boolean> {
  const row = await db.setting.findUnique({ where: { key: LDAP_SETTING } });
  const { data } = stored.safeParse(row?.value);
  return data !== undefined && !cipher.isCurrent(data.bindPassword);
}

/** Encrypts the bind password with the first key; whether there was anything to do. Throws CipherError. */
export async function reencryptLdap(tx: Tx, cipher: RotatableCipher, actor: Actor): Promise<boolean> {
  // The lock of Ldap.update: what an admin changes in this moment is not overwritten.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('setting ldap', 0))`;
  if (!(await isLdapStale(tx, cipher))) return false;
  const row = await tx.setting.findUniqueOrThrow({ where: { key: LDAP_SETTING } });
  const settings = stored.parse(row.value);
  const plain = cipher.decrypt(settings.bindPassword, LDAP_CONTEXT);
  const value = toJsonObject({ ...settings, bindPassword: cipher.encrypt(plain, LDAP_CONTEXT) });
  await tx.setting.update({ where: { key: LDAP_SETTING }, data: { value } });
  await record(tx, actor, 'ldap.update', { type: 'setting', id: LDAP_SETTING }, null, { reencrypted: true });
  await notify(tx, 'setting', LDAP_SETTING);
  return true;
}
