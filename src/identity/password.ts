import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { AppError } from '../errors.ts';

/** scrypt's parameters: N = 2^ln, and memory is 128 · N · r bytes for each of p passes, one after another. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MB and three passes: one of the settings of OWASP's Password Storage Cheat Sheet (scrypt). */
const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

export interface PasswordsOptions {
  readonly cost?: ScryptCost;
  /** How many run at a time; each takes the cost's memory. */
  readonly concurrency?: number;
  /** How many may wait; more are refused with AppError unavailable. */
  readonly queue?: number;
}

export interface Passwords {
  /** A string that holds parameters, salt and hash: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`. */
  hash(password: string): Promise<string>;
  /** `stored: null` (no such user, or one of a directory) costs as much as a real comparison and is false. */
  verify(password: string, stored: string | null): Promise<boolean>;
  /** Whether the stored hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

interface Parsed {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Password hashing with bounded memory: a flood of logins waits instead of multiplying scrypt's memory. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const cost = options.cost ?? DEFAULT_COST;
  const run = createGate(options.concurrency ?? 2, options.queue ?? 200);
  const nobody: Parsed = { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const hash = await run(() => derive(password, salt, cost, HASH_BYTES));
      return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
    },
    async verify(password, stored) {
      const known = stored === null ? null : parse(stored);
      const expected = known ?? nobody;
      const actual = await run(() => derive(password, expected.salt, expected.cost, expected.hash.length));
      return timingSafeEqual(actual, expected.hash) && known !== null;
    },
    isOutdated(stored) {
      const known = parse(stored)?.cost;
      return known?.ln !== cost.ln || known.r !== cost.r || known.p !== cost.p;
    },
  };
}

function derive(password: string, salt: Buffer, cost: ScryptCost, length: number): Promise<Buffer> {
  const N = 2 ** cost.ln;
  const options: ScryptOptions = {
    N,
    r: cost.r,
    p: cost.p,
    maxmem: 128 * N * cost.r + 128 * cost.r * cost.p + 2 ** 20,
  };
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on another keyboard or system gives the same bytes (RFC 8265).
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

const PHC =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,128})\$([A-Za-z0-9+/]{22,128})$/;

/** Null = not in our notation, or parameters beyond reason (a planted hash must not cost gigabytes). */
function parse(stored: string): Parsed | null {
  const [, ln, r, p, salt, hash] = PHC.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return null;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (cost.ln < 1 || cost.ln > 20 || cost.r < 1 || cost.r > 16 || cost.p < 1 || cost.p > 16) return null;
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Runs at most `width` jobs at a time, the others in the order in which they came. */
function createGate(width: number, queue: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async function gate(job) {
    if (running >= width) {
      if (waiting.length >= queue)
        throw new AppError('unavailable', 'Too many sign-ins at once; try again shortly.');
      // The one who finishes hands its place over, so `running` does not change.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
