import { hash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { KeyView, Snapshot } from '../runtime/view.ts';

/** Longer than any key that can be made; what is longer is not even hashed. */
const MAX_KEY_LENGTH = 512;

/**
 * Who is calling. With a slug in the path the key must belong to that tenant; without one the key alone names
 * the tenant. A key of another tenant and a key that does not exist get the same answer.
 *
 * @param now Unix ms
 * @throws AppError missing_api_key, invalid_api_key, key_disabled, key_expired
 */
export function authenticate(
  snapshot: Snapshot,
  authorization: string | undefined,
  slug: string | null,
  now: number,
): KeyView {
  const secret = bearer(authorization);
  if (secret === null) {
    throw new AppError('missing_api_key', 'An API key is needed: send "Authorization: Bearer omp-…".');
  }
  const key =
    secret.length > MAX_KEY_LENGTH ? undefined : snapshot.keysByHash.get(hash('sha256', secret, 'hex'));
  if (key === undefined || (slug !== null && key.tenant.slug !== slug)) {
    throw new AppError('invalid_api_key', 'This API key is not known here. Check the key and the base URL.');
  }
  if (!key.enabled) throw new AppError('key_disabled', 'This API key is disabled.');
  if (!key.tenant.active) throw new AppError('key_disabled', 'The tenant of this API key is disabled.');
  if (key.expiresAt !== null && key.expiresAt <= now) throw new AppError('key_expired', 'API key expired');
  return key;
}

function bearer(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length < 8) return null;
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  const secret = authorization.slice(7).trim();
  return secret === '' ? null : secret;
}
