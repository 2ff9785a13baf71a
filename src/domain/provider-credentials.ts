import { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import { CipherError, type Cipher } from '../identity/cipher.ts';
import type { Endpoint } from '../providers/adapter.ts';
import { readObject } from './tenant-schema.ts';

export type AuthType = Endpoint['authType'];
export type Credentials = Readonly<Record<string, string>>;

/** Which secrets each way of signing in has. */
export const SECRETS: Readonly<Record<AuthType, readonly string[]>> = {
  api_key: ['apiKey'],
  bearer: ['apiKey'],
  aws_credentials: ['accessKeyId', 'secretAccessKey'],
  none: [],
};

const stored = z.record(z.string(), z.string());

/** The columns that say where a provider is and how to sign in to it. */
export interface ProviderAddress {
  readonly id: string;
  readonly baseUrl: string;
  readonly apiPath: string | null;
  readonly authType: string;
  readonly credentials: string | null;
  readonly region: string | null;
  readonly options: unknown;
}

export function authTypeOf(value: string): AuthType {
  return value === 'api_key' || value === 'bearer' || value === 'aws_credentials' ? value : 'none';
}

/** Credentials in clear. Throws CipherError when the key that encrypted them is gone. */
export function decryptCredentials(
  cipher: Cipher,
  row: Pick<ProviderAddress, 'id' | 'credentials'>,
): Credentials {
  if (row.credentials === null) return {};
  return stored.parse(JSON.parse(cipher.decrypt(row.credentials, `provider:${row.id}`)));
}

export function encryptCredentials(cipher: Cipher, id: string, credentials: Credentials): string | null {
  if (Object.keys(credentials).length === 0) return null;
  return cipher.encrypt(JSON.stringify(credentials), `provider:${id}`);
}

/** As `decryptCredentials`; null = they cannot be read and must be given again. */
export function readableCredentials(cipher: Cipher, row: ProviderAddress): Credentials | null {
  try {
    return decryptCredentials(cipher, row);
  } catch (error) {
    if (error instanceof CipherError) return null;
    throw error;
  }
}

/** What adapters take. Holds credentials in clear: never log it. */
export function toEndpoint(cipher: Cipher, row: ProviderAddress): Endpoint {
  const url = new URL(row.baseUrl);
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    apiPath: row.apiPath,
    authType: authTypeOf(row.authType),
    credentials: decryptCredentials(cipher, row),
    region: row.region,
    options: readObject(row.options),
  };
}

/** The secrets that `authType` needs: given ones first, else those of `keep`; `missing` is said of the others. */
export function mergeSecrets(
  authType: AuthType,
  given: Readonly<Record<string, string | null | undefined>>,
  keep: Credentials,
  missing: string,
): { credentials: Credentials; problems: FieldProblem[] } {
  const credentials: Record<string, string> = {};
  const problems: FieldProblem[] = [];
  for (const name of SECRETS[authType]) {
    const value = isGiven(given[name]) ? given[name] : keep[name];
    if (value === undefined) problems.push({ path: `config.auth.${name}`, message: missing });
    else credentials[name] = value;
  }
  return { credentials, problems };
}

/** "" and "***" are what a form sends back when nobody touched the field. */
function isGiven(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== '' && !/^\*+$/.test(value);
}

/** The auth type that the given secrets speak of; null = none given. */
export function impliedAuthType(given: Readonly<Record<string, string | null | undefined>>): AuthType | null {
  if (isGiven(given['apiKey'])) return 'api_key';
  return isGiven(given['accessKeyId']) || isGiven(given['secretAccessKey']) ? 'aws_credentials' : null;
}
