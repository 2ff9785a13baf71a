import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../log.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { serverAccount, type Account } from './account.ts';
import { EmbeddedError } from './embedded-error.ts';
import { clearLeftBehind, type ClusterPlace } from './left-behind.ts';

/** A socket's path must fit sun_path: 104 bytes on macOS, 108 on Linux. The name takes 18. */
const LONGEST_SOCKET_DIR = 84;

/** Where a cluster lives and who runs it. */
export interface Home extends ClusterPlace {
  readonly path: string;
  readonly account: Account | null;
  readonly password: string;
}

/**
 * Finds or makes the home of a data directory's cluster. For an ordinary user it is inside the data
 * directory. Root's data directory is closed to the user that PostgreSQL must run as, so there it lies
 * under /var/lib and the data directory remembers where.
 */
export async function openHome(dataDir: string, log: Logger): Promise<Home> {
  const inside = join(dataDir, 'postgres');
  // Also when an ordinary user made it before and root starts it now.
  const isInside = process.getuid?.() !== 0 || existsSync(join(inside, 'data'));
  const path = isInside ? inside : await outsideHome(dataDir, log);
  // A cluster goes on being run by its owner, whatever users the system has got since.
  const account = ownerOf(join(path, 'data')) ?? serverAccount();
  return furnish(dataDir, path, account);
}

/** Null when there is nothing yet, or when it is ours. */
function ownerOf(path: string): Account | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return !stat || stat.uid === process.getuid?.() ? null : { uid: stat.uid, gid: stat.gid };
}

async function outsideHome(dataDir: string, log: Logger): Promise<string> {
  const note = join(dataDir, 'postgres-home');
  if (existsSync(note)) {
    const remembered = readFileSync(note, 'utf8').trim();
    if (existsSync(remembered)) return remembered;
    throw new EmbeddedError(
      `The database of this data directory was in ${remembered}, which is gone. Put it back, or delete ${note} to begin with an empty one.`,
    );
  }
  const path = `/var/lib/open-model-prism-${fingerprint(dataDir)}`;
  if (existsSync(path)) await moveAside(path, dataDir, log);
  makeDirectory(path, null);
  // For whoever finds it there and wonders.
  writeFileSync(join(path, 'data-directory'), `${dataDir}\n`);
  writeFileSync(note, `${path}\n`, { mode: 0o600 });
  return path;
}

/** The data directory was deleted, and with it the password and the encryption key. The last such cluster is kept. */
async function moveAside(path: string, dataDir: string, log: Logger): Promise<void> {
  const lock = lockDataDir(path, { shownAs: dataDir });
  await clearLeftBehind({ data: join(path, 'data'), run: join(path, 'run') }, log);
  lock.release();
  const aside = `${path}.left`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(path, aside);
  log.warn({ aside }, 'the database of a deleted data directory was moved aside');
}

function furnish(dataDir: string, path: string, account: Account | null): Home {
  makeDirectory(path, account);
  const inside = join(path, 'run');
  const short = join(tmpdir(), `prism-${fingerprint(path)}`);
  const run = Buffer.byteLength(inside) <= LONGEST_SOCKET_DIR ? inside : short;
  makeDirectory(run, account);
  return { path, data: join(path, 'data'), run, account, password: readPassword(dataDir, path) };
}

/** Mode 700 and ours, or refused: another user may have put something there first. */
function makeDirectory(path: string, account: Account | null): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (account) chownSync(path, account.uid, account.gid);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedError(
      `The embedded PostgreSQL needs the directory ${path} (${reason}). Make that possible, start as another user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const { uid, mode } = lstatSync(path);
  const expected = account?.uid ?? process.getuid?.();
  if (uid === expected && (mode & 0o077) === 0) return;
  throw new EmbeddedError(`${path} must belong to user ${expected} and be closed to others (mode 700).`);
}

function readPassword(dataDir: string, home: string): string {
  const file = join(dataDir, 'postgres-password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (existsSync(join(home, 'data'))) {
    throw new EmbeddedError(
      `${file} is missing, and without it the database in ${home} cannot be opened. Put the file back.`,
    );
  }
  const password = randomBytes(24).toString('hex');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

function fingerprint(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}
