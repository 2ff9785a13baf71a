import { hash, randomBytes } from 'node:crypto';

const PREFIX = 'omp-pat-';
const SHOWN = PREFIX.length + 6;
const WHOLE = /^omp-pat-[0-9a-f]{64}$/;

/** `omp-pat-` and 64 hex digits: 256 random bits, so that a plain SHA-256 is enough to keep it by. */
export function generateAccessToken(random: (bytes: number) => Buffer = randomBytes): string {
  return `${PREFIX}${random(32).toString('hex')}`;
}

/** Whether it is spelt like one; everything else that comes as a Bearer token is taken for a JWT. */
export function isAccessToken(token: string): boolean {
  return WHOLE.test(token);
}

/** What is stored and looked up: lower-case hex SHA-256 of the whole token. */
export function hashAccessToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** The first 14 characters, for display. */
export function accessTokenPrefix(token: string): string {
  return token.slice(0, SHOWN);
}
