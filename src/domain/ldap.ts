import type { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import type { Directory } from '../identity/ldap/directory.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { requireUnchanged } from './edited.ts';
import { toJsonObject } from './json.ts';
import {
  choosePassword,
  LDAP_CONTEXT,
  openPassword,
  type ChosenPassword,
  type StoredLdap,
} from './ldap-password.ts';
import { ldapInput, ldapProblems, ldapTestInput, mergeLdap, type LdapPlain } from './ldap-schema.ts';
import {
  LDAP_SETTING,
  ldapChangedAt,
  presentLdap,
  readLdap,
  tenantProblems,
  toDirectory,
} from './ldap-store.ts';
import type { LdapInput, LdapSettings, LdapTest, LdapTestInput } from './ldap-types.ts';
import { normalizeUsername } from './user-schema.ts';
import { badInput, validate } from './validate.ts';

export type { LdapGroup, LdapSettings, LdapTest } from './ldap-types.ts';

export interface Ldap {
  settings(actor: Actor): Promise<LdapSettings>;
  /**
   * Throws bad_input with `fields`, and conflict when the settings are not those of `base` (edited.ts) any more. In force
   * with the next sign-in, on every process.
   */
  update(actor: Actor, input: LdapInput, base?: Date | null): Promise<LdapSettings>;
  /**
   * Tries the stored settings, with what is given in their place and nothing stored. Never throws for what the
   * directory does; bad_input as for `update`, and when there is not enough to try.
   */
  test(actor: Actor, input: LdapTestInput): Promise<LdapTest>;
}

export interface LdapDeps {
  readonly db: PrismaClient;
  readonly cipher: Cipher;
  readonly directory: Pick<Directory, 'test'>;
}

const TARGET = { type: 'setting', id: LDAP_SETTING } as const;

export function createLdap({ db, cipher, directory }: LdapDeps): Ldap {
  return {
    async settings(actor) {
      authorize(actor, 'ldap.read');
      // The moment first: what is read after it is never older than it says.
      const updatedAt = await ldapChangedAt(db);
      return { ...presentLdap(await readLdap(db)), updatedAt };
    },

    async update(actor, input, base) {
      authorize(actor, 'ldap.write');
      const given = validate(ldapInput, input);
      return await change(db, async (tx) => {
        // Two admins at once: the second one changes what the first one made of it.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('setting ldap', 0))`;
        requireUnchanged('setup of the directory', { updatedAt: await ldapChangedAt(tx) }, base);
        const before = await readLdap(tx);
        const { settings, password } = await apply(tx, before, given, false);
        const bindPassword =
          password.kind === 'given' ? cipher.encrypt(password.plain, LDAP_CONTEXT) : keptText(password);
        const after: StoredLdap = { ...settings, bindPassword };
        const value = toJsonObject(after);
        const { updatedAt } = await tx.setting.upsert({
          where: { key: LDAP_SETTING },
          create: { key: LDAP_SETTING, value },
          update: { value },
        });
        const shown = presentLdap(after);
        const note = password.kind === 'given' ? { ...shown, bindPasswordChanged: true } : { ...shown };
        await record(tx, actor, 'ldap.update', TARGET, { ...presentLdap(before) }, note);
        await notify(tx, 'setting', LDAP_SETTING);
        return { ...shown, updatedAt };
      });
    },

    async test(actor, input) {
      authorize(actor, 'ldap.test');
      const { username, password, ...given } = validate(ldapTestInput, input);
      const { settings, password: bindPassword } = await apply(db, await readLdap(db), given, true);
      const plain = openPassword(cipher, bindPassword);
      if (plain !== null && typeof plain !== 'string') throw badInput([plain]);
      const target = toDirectory(settings, plain);
      if (target === null) throw badInput([{ path: 'url', message: 'is required' }]);
      const who = { username: normalizeUsername(username ?? ''), password: password ?? '' };
      const outcome = await directory.test(target, who);
      await change(db, async (tx) => {
        const failed = outcome.steps.find(({ ok }) => !ok)?.step ?? null;
        const note = { success: outcome.success, failed, url: settings.url, username: who.username };
        await record(tx, actor, 'ldap.test', TARGET, null, note);
      });
      return outcome;
    },
  };
}

/** The settings as they are going to be, and the password for them. Throws bad_input. */
async function apply(
  db: Pick<Tx, 'tenant'>,
  before: StoredLdap,
  given: z.output<typeof ldapInput>,
  isTest: boolean,
): Promise<{ settings: LdapPlain; password: ChosenPassword }> {
  const { bindPassword: _ciphertext, ...plain } = before;
  const settings = mergeLdap(plain, given);
  const password = choosePassword(before, settings, given.bindPassword);
  const problems = [
    ...ldapProblems(settings, isTest || settings.enabled),
    ...('path' in password ? [password] : []),
    ...(await tenantProblems(db, settings.groupMapping)),
  ];
  if (problems.length > 0 || 'path' in password) throw badInput(problems);
  return { settings, password };
}

function keptText(password: ChosenPassword): string | null {
  return password.kind === 'kept' ? password.ciphertext : null;
}
