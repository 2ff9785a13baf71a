import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../errors.ts';
import type { KeyView, Snapshot } from '../runtime/view.ts';

/** Longer than any key that can be made; what is longer is not even hashed. */
const MAX_KEY_LENGTH = 512;

/** The last `authorization` of a connection and its key's hash: most clients send one key over and over. */
const lastKeys = new WeakMap<Socket, { readonly authorization: string; readonly hash: string }>();

/**
 * Who is calling. With a slug in the path the key must belong to that tenant; without one the key alone names
 * the tenant. A key of another tenant and a key that does not exist get the same answer.
 *
 * @param now Unix ms
 * @throws AppError missing_api_key, invalid_api_key, key_disabled, key_expired
 */
export function authenticate(
  snapshot: Snapshot,
  req: IncomingMessage,
  slug: string | null,
  now: number,
): KeyView {
  const keyHash = hashOf(req);
  const key = keyHash === null ? undefined : snapshot.keysByHash.get(keyHash);
  if (key === undefined || (slug !== null && key.tenant.slug !== slug)) {
    throw new AppError('invalid_api_key', 'This API key is not known here. Check the key and the base URL.');
  }
  if (!key.enabled) throw new AppError('key_disabled', 'This API key is disabled.');
  if (!key.tenant.active) throw new AppError('key_disabled', 'The tenant of this API key is disabled.');
  if (key.expiresAt !== null && key.expiresAt <= now) throw new AppError('key_expired', 'API key expired');
  return key;
}

/** The hash of the request's key; null = too long to be one. */
function hashOf({ headers: { authorization }, socket }: IncomingMessage): string | null {
  const last = lastKeys.get(socket);
  if (last !== undefined && last.authorization === authorization) return last.hash;
  const secret = bearer(authorization);
  if (authorization === undefined || secret === null) {
    throw new AppError('missing_api_key', 'An API key is needed: send "Authorization: Bearer omp-…".');
  }
  if (secret.length > MAX_KEY_LENGTH) return null;
  const keyHash = hash('sha256', secret, 'hex');
  lastKeys.set(socket, { authorization, hash: keyHash });
  return keyHash;
}

function bearer(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length < 8) return null;
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  const secret = authorization.slice(7).trim();
  return secret === '' ? null : secret;
}
