import { hash, randomBytes } from 'node:crypto';

const PREFIX_LENGTH = 12;
const MIN_LENGTH = 16;
const MAX_LENGTH = 256;

/** `omp-` and 64 hex digits: 256 random bits, so that a plain SHA-256 is enough to keep it by. */
export function generateApiKey(random: (bytes: number) => Buffer = randomBytes): string {
  return `omp-${random(32).toString('hex')}`;
}

/** What is stored and looked up: lower-case hex SHA-256 of the whole key. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** The first 12 characters, for display. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, PREFIX_LENGTH);
}

/** What is wrong with a key of the caller's own making; null = nothing. */
export function customApiKeyProblem(key: string): string | null {
  if (key.length < MIN_LENGTH) return `must have at least ${MIN_LENGTH} characters`;
  if (key.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  // It travels in a header: visible ASCII, and no space that would end it (RFC 9110, section 5.5).
  if (!/^[\x21-\x7e]+$/.test(key)) return 'must consist of printable ASCII characters without spaces';
  if (new Set(key).size < 6) return 'must have at least 6 different characters';
  return null;
}
