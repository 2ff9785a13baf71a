import type { FieldProblem } from '../errors.ts';
import { parseDirectoryUrl } from '../identity/ldap/address.ts';
import type { DirectorySettings } from '../identity/ldap/settings.ts';
import type { Tx } from './change.ts';
import type { StoredLdap } from './ldap-password.ts';
import { storedLdap, type LdapPlain } from './ldap-schema.ts';
import type { LdapFacts } from './ldap-types.ts';

/** Row of the table setting. */
export const LDAP_SETTING = 'ldap';

/** Tenants that have been deleted since are left out of the mapping, as they are of users. */
export async function readLdap(db: Pick<Tx, 'setting' | 'tenant'>): Promise<StoredLdap> {
  const row = await db.setting.findUnique({ where: { key: LDAP_SETTING } });
  const stored = storedLdap.safeParse(row?.value ?? {}).data ?? storedLdap.parse({});
  const known = await knownTenants(db, stored.groupMapping);
  const groupMapping = stored.groupMapping.map((line) => ({
    ...line,
    tenantIds: line.tenantIds.filter((id) => known.has(id)),
  }));
  return { ...stored, groupMapping };
}

/** When the settings were last changed; the epoch = never. */
export async function ldapChangedAt(db: Pick<Tx, 'setting'>): Promise<Date> {
  const row = await db.setting.findUnique({ where: { key: LDAP_SETTING }, select: { updatedAt: true } });
  return row?.updatedAt ?? new Date(0);
}

export function presentLdap({ bindPassword, ...settings }: StoredLdap): LdapFacts {
  return { ...settings, hasBindPassword: bindPassword !== null };
}

/** Every tenant of the mapping that does not exist, under the path that the caller knows. */
export async function tenantProblems(
  db: Pick<Tx, 'tenant'>,
  mapping: LdapPlain['groupMapping'],
): Promise<FieldProblem[]> {
  const known = await knownTenants(db, mapping);
  return mapping.flatMap(({ tenantIds }, line) =>
    tenantIds.flatMap((id, index) =>
      known.has(id)
        ? []
        : [{ path: `groupMapping.${line}.tenantIds.${index}`, message: `names no tenant: ${id}` }],
    ),
  );
}

async function knownTenants(
  db: Pick<Tx, 'tenant'>,
  mapping: LdapPlain['groupMapping'],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(mapping.flatMap(({ tenantIds }) => tenantIds))];
  if (ids.length === 0) return new Set();
  const found = await db.tenant.findMany({ where: { id: { in: ids } }, select: { id: true } });
  return new Set(found.map(({ id }) => id));
}

/** What the directory is asked with; null = not set up as far as that. */
export function toDirectory(settings: LdapPlain, password: string | null): DirectorySettings | null {
  const { enabled: _enabled, url, bindDn, ...rest } = settings;
  const address = parseDirectoryUrl(url);
  if (typeof address === 'string' || settings.searchBase === '') return null;
  if (bindDn === null) return { ...rest, address, bind: null };
  return password === null ? null : { ...rest, address, bind: { dn: bindDn, password } };
}
