import type { Actor } from '../identity/actor.ts';

export interface TenantKeyResult {
  readonly id: string;
  readonly tenantId: string;
  readonly prefix: string;
  readonly label: string;
  readonly isPrimary: boolean;
  readonly custom: boolean;
  readonly enabled: boolean;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface KeyCreateInput {
  readonly label?: string | null | undefined;
  /** At most one of expiresAt and lifetimeDays; neither = the tenant's keyLifetimeDays. lifetimeDays 0 = for ever. */
  readonly expiresAt?: Date | null | undefined;
  readonly lifetimeDays?: number | null | undefined;
  /** A key of the caller's own making (16 characters at least); missing = generated. */
  readonly apiKey?: string | null | undefined;
}

export interface KeyUpdateInput {
  readonly label?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  /** Null = never expires; missing = as it is. */
  readonly expiresAt?: Date | null | undefined;
}

/** `apiKey` is shown this once. */
export interface KeyCreated {
  readonly key: TenantKeyResult;
  readonly apiKey: string;
}

export interface KeyRotated {
  readonly key: TenantKeyResult;
  readonly apiKey: string;
  readonly expiresAt: Date | null;
}

export interface KeySet {
  readonly key: TenantKeyResult;
  readonly prefix: string;
  readonly expiresAt: Date | null;
}

export interface KeySetInput {
  readonly apiKey: string;
  /** Missing = the tenant's keyLifetimeDays; 0 = for ever. */
  readonly keyLifetimeDays?: number | null | undefined;
}

export interface TenantKeys {
  /** A further key, not the primary one. */
  create(actor: Actor, tenantId: string, input: KeyCreateInput): Promise<KeyCreated>;
  update(actor: Actor, keyId: string, input: KeyUpdateInput): Promise<TenantKeyResult>;
  /** Throws conflict for the primary key: it can be rotated or disabled, not removed. */
  remove(actor: Actor, keyId: string): Promise<TenantKeyResult>;
  /** A new secret for the primary key, enabled; the old one stops at once. */
  rotate(actor: Actor, tenantId: string): Promise<KeyRotated>;
  /** The caller's own secret for the primary key, enabled; the old one stops at once. */
  set(actor: Actor, tenantId: string, input: KeySetInput): Promise<KeySet>;
}
