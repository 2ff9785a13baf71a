import type { Prisma, Provider } from '../database/generated/prisma/client.ts';
import type { Cipher } from '../identity/cipher.ts';
import type { Adapter } from '../providers/adapter.ts';
import { parseBaseUrl, type BaseUrl } from './base-url.ts';
import {
  authTypeOf,
  encryptCredentials,
  impliedAuthType,
  mergeSecrets,
  readableCredentials,
  type AuthType,
  type Credentials,
} from './provider-credentials.ts';
import { formProblems, valueAt, type WholeConfig } from './provider-schema.ts';
import type { ProviderConfigInput } from './provider-types.ts';
import { toJsonObject } from './json.ts';
import { readObject } from './tenant-schema.ts';
import { badInput } from './validate.ts';

/** The columns that the `config` of a provider decides. */
export interface ConfigColumns {
  readonly baseUrl: string;
  readonly apiPath: string | null;
  readonly authType: AuthType;
  readonly region: string | null;
  readonly options: Prisma.InputJsonObject;
  readonly credentials: string | null;
  readonly status: string;
  readonly statusMessage: string | null;
}

const GIVE_AGAIN =
  'must be given again: the stored one belongs to the former address and is not sent to another';
const UNREADABLE = 'must be given again: the stored one cannot be decrypted with the keys at hand';

/**
 * What a provider's columns are going to be, from what is given and what is stored. A stored secret stays
 * only while it goes where it went before: a new origin, adapter or other address in the form needs it again.
 * Throws bad_input with every wrong field.
 */
export function resolveConfig(
  cipher: Cipher,
  adapter: Adapter,
  config: ProviderConfigInput,
  { id, before }: { id: string; before: Provider | null },
): ConfigColumns {
  const address = requireBaseUrl(config.baseUrl ?? before?.baseUrl ?? adapter.defaultBaseUrl);
  const auth = config.auth ?? {};
  const given = { apiKey: auth.apiKey, accessKeyId: auth.accessKeyId, secretAccessKey: auth.secretAccessKey };
  const authType = auth.type ?? chosenAuthType(before, impliedAuthType(given));
  const sameAdapter = before?.type === adapter.type;
  const options = config.options ?? (sameAdapter ? readObject(before.options) : {});
  const whole = {
    baseUrl: address.baseUrl,
    auth: { type: authType, region: auth.region ?? before?.region },
    options,
  };

  const stored = before === null ? {} : readableCredentials(cipher, before);
  const moved = before !== null && before.credentials !== null && hasMoved(adapter, before, address, whole);
  const missing = moved
    ? GIVE_AGAIN
    : stored === null
      ? UNREADABLE
      : `is required for the auth type ${authType}`;
  const { credentials, problems } = mergeSecrets(authType, given, moved ? {} : (stored ?? {}), missing);
  const told = new Set(problems.map(({ path }) => path));
  const form = formProblems(adapter, { ...whole, auth: { ...whole.auth, ...credentials } });
  const all = [...problems, ...form.filter(({ path }) => !told.has(path))];
  if (all.length > 0) throw badInput(all);

  // The ciphertext stays while its content does: a new one would look like a new secret.
  const sameSecret = before !== null && stored !== null && sameSecrets(stored, credentials);
  return {
    ...addressColumns(address, before),
    authType,
    region: whole.auth.region ?? null,
    options: toJsonObject(options),
    credentials: sameSecret ? before.credentials : encryptCredentials(cipher, id, credentials),
  };
}

function chosenAuthType(before: Provider | null, implied: AuthType | null): AuthType {
  const current = before === null ? 'none' : authTypeOf(before.authType);
  return current === 'none' ? (implied ?? 'none') : current;
}

/** Whether a stored secret would now be sent somewhere else. */
function hasMoved(adapter: Adapter, before: Provider, address: BaseUrl, whole: WholeConfig): boolean {
  if (adapter.type !== before.type || address.origin !== new URL(before.baseUrl).origin) return true;
  const was = { baseUrl: before.baseUrl, auth: {}, options: readObject(before.options) };
  return adapter.form.some(
    ({ kind, path }) => kind === 'url' && path !== 'baseUrl' && valueAt(whole, path) !== valueAt(was, path),
  );
}

function requireBaseUrl(text: string): BaseUrl {
  if (text.trim() === '') throw badInput([{ path: 'config.baseUrl', message: 'is required' }]);
  const parsed = parseBaseUrl(text);
  if (typeof parsed === 'string') throw badInput([{ path: 'config.baseUrl', message: parsed }]);
  return parsed;
}

/** A new address has to be looked at again; the same one keeps what was found. */
function addressColumns({ baseUrl, apiPath }: BaseUrl, before: Provider | null) {
  if (before === null || before.baseUrl !== baseUrl) {
    return { baseUrl, apiPath, status: 'unchecked', statusMessage: null };
  }
  const { status, statusMessage } = before;
  return { baseUrl, apiPath: apiPath ?? before.apiPath, status, statusMessage };
}

function sameSecrets(a: Credentials, b: Credentials): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
