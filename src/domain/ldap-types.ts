import type { Role } from '../identity/actor.ts';
import type { GroupGrant } from '../identity/ldap/grant.ts';
import type { DirectoryTest } from '../identity/ldap/probe.ts';

export type LdapGroup = GroupGrant;
export type LdapTest = DirectoryTest;

/** How people of a directory sign in. The bind password never comes out. */
export interface LdapFacts {
  readonly enabled: boolean;
  /** ldap:// or ldaps://, host and port; "" = not set up yet. */
  readonly url: string;
  readonly startTls: boolean;
  /** PEM; null = the authorities that Node trusts. */
  readonly tlsCaCert: string | null;
  /** A DN, or for Active Directory name@domain or DOMAIN\name; null = anonymous. */
  readonly bindDn: string | null;
  readonly hasBindPassword: boolean;
  readonly searchBase: string;
  readonly searchFilter: string;
  /** Null = groups are read from memberOf. */
  readonly groupSearchBase: string | null;
  readonly groupSearchFilter: string;
  /** For people without a mapped group; null = they may not sign in. */
  readonly defaultRole: Role | null;
  readonly groupMapping: readonly LdapGroup[];
  /** For a whole sign-in. */
  readonly timeoutMs: number;
}

export interface LdapSettings extends LdapFacts {
  /** The epoch = never changed. */
  readonly updatedAt: Date;
}

export interface LdapGroupInput {
  readonly groupDn: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[] | null | undefined;
}

/** What is missing stays as it is. Null empties what may be empty, and leaves the rest as it is. */
export interface LdapInput {
  readonly enabled?: boolean | null | undefined;
  readonly url?: string | null | undefined;
  readonly startTls?: boolean | null | undefined;
  readonly tlsCaCert?: string | null | undefined;
  readonly bindDn?: string | null | undefined;
  /** Missing, null, "" and "***" keep the stored one. */
  readonly bindPassword?: string | null | undefined;
  readonly searchBase?: string | null | undefined;
  readonly searchFilter?: string | null | undefined;
  readonly groupSearchBase?: string | null | undefined;
  readonly groupSearchFilter?: string | null | undefined;
  readonly defaultRole?: Role | null | undefined;
  readonly groupMapping?: readonly LdapGroupInput[] | null | undefined;
  readonly timeoutMs?: number | null | undefined;
}

export interface LdapTestInput extends LdapInput {
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
}
