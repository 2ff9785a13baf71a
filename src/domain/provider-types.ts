import type { AuthType } from './provider-credentials.ts';

/** Secrets: missing, null, "" or "***" = keep what is stored. */
export interface ProviderAuthInput {
  readonly type?: AuthType | null | undefined;
  readonly apiKey?: string | null | undefined;
  readonly accessKeyId?: string | null | undefined;
  readonly secretAccessKey?: string | null | undefined;
  readonly region?: string | null | undefined;
}

export interface ProviderConfigInput {
  readonly baseUrl?: string | null | undefined;
  readonly auth?: ProviderAuthInput | null | undefined;
  /** Replaced as a whole when given. */
  readonly options?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface ProviderCreateInput {
  readonly name: string;
  /** Derived from the name when missing. */
  readonly slug?: string | null | undefined;
  readonly type: string;
  readonly config?: ProviderConfigInput | null | undefined;
  readonly active?: boolean | null | undefined;
}

/** What is missing or null stays as it is. */
export interface ProviderUpdateInput {
  readonly name?: string | null | undefined;
  readonly slug?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly config?: ProviderConfigInput | null | undefined;
  readonly active?: boolean | null | undefined;
}

/** Settings that are not stored, to be tried. */
export interface ProviderDraft {
  /** The provider whose secrets stand in for those that are not given. */
  readonly id?: string | null | undefined;
  readonly type: string;
  readonly config?: ProviderConfigInput | null | undefined;
}

export interface ProviderResult {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly type: string;
  readonly baseUrl: string;
  readonly apiPath: string | null;
  readonly authType: AuthType;
  readonly hasCredentials: boolean;
  readonly region: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly active: boolean;
  readonly status: 'unchecked' | 'connected' | 'error';
  readonly statusMessage: string | null;
  readonly lastCheckedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What went with a removed provider. */
export interface ProviderRemoved {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly modelsRemoved: number;
  /** Tenants that it served. */
  readonly tenantsUpdated: number;
}
