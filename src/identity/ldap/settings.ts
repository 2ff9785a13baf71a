import type { Role } from '../actor.ts';
import type { DirectoryAddress } from './connection.ts';
import type { GroupGrant } from './grant.ts';

/** How to ask a directory, checked: domain/ldap-schema.ts. Holds a password in clear: never log it. */
export interface DirectorySettings {
  readonly address: DirectoryAddress;
  readonly startTls: boolean;
  /** PEM; null = the authorities that Node trusts. */
  readonly tlsCaCert: string | null;
  /** Who searches; null = anonymous. */
  readonly bind: { readonly dn: string; readonly password: string } | null;
  readonly searchBase: string;
  /** With {{username}}. */
  readonly searchFilter: string;
  /** Null = groups are read from memberOf. */
  readonly groupSearchBase: string | null;
  /** With {{dn}} or {{username}}. */
  readonly groupSearchFilter: string;
  readonly defaultRole: Role | null;
  readonly groupMapping: readonly GroupGrant[];
  /** For everything together, in ms. */
  readonly timeoutMs: number;
}
