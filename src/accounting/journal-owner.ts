import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Written into a process's journal directory; who it belongs to. */
interface Owner {
  readonly pid: number;
  /** Start time as the kernel tells it: a pid that was given away again has another. Null = the system has no /proc. */
  readonly startTime: string | null;
  /** Boot and pid namespace: only in the same ones does the pid mean anything. */
  readonly machine: string;
}

const OWNER_FILE = 'owner.json';
/** Directories that are being made. */
const UNFINISHED = '.new-';

/** How often a process shows that it lives, and after how long a silent one elsewhere counts as dead. */
export const HEARTBEAT_MS = 10_000;
export const SILENT_MS = 60_000;

/** Makes this process's own directory under `root`; others see it with its owner inside or not at all. */
export function createOwnDirectory(root: string, id: string): string {
  const unfinished = path.join(root, UNFINISHED + id);
  const directory = path.join(root, id);
  fs.mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(unfinished, OWNER_FILE), JSON.stringify(identify()), { mode: 0o600 });
  fs.renameSync(unfinished, directory);
  return directory;
}

/**
 * Shows that this process lives. False = the directory is ours no more (somebody took us for dead, or deleted it).
 * Throws what else the file system has to say.
 */
export function beat(directory: string, now: number): boolean {
  try {
    fs.utimesSync(path.join(directory, OWNER_FILE), now / 1000, now / 1000);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Gives the directory up: whoever finds it next may take it. */
export function disown(directory: string): void {
  fs.rmSync(path.join(directory, OWNER_FILE), { force: true });
}

/** The directories under `root` whose process is dead (or has given them up). */
export function orphans(root: string, now: number): string[] {
  const self = identify();
  return fs
    .readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(root, entry.name))
    .filter((directory) => !isOwned(directory, self, now));
}

function isOwned(directory: string, self: Owner, now: number): boolean {
  // A directory in the making has no owner yet; one that was never finished becomes an orphan like any other.
  const fresh = path.basename(directory).startsWith(UNFINISHED) && ageOf(directory, now) < SILENT_MS;
  const owner = readOwner(directory);
  if (owner === null) return fresh;
  const silent = ageOf(path.join(directory, OWNER_FILE), now) >= SILENT_MS;
  if (owner.machine !== self.machine) return !silent;
  if (!pidExists(owner.pid)) return false;
  const startTime = startTimeOf(owner.pid);
  return startTime === null || owner.startTime === null ? !silent : startTime === owner.startTime;
}

function readOwner(directory: string): Owner | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(directory, OWNER_FILE), 'utf8'));
    return isOwner(value) ? value : null;
  } catch {
    return null; // given up, or torn by a power loss: nobody can be alive behind it
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'machine' in value &&
    typeof value.machine === 'string' &&
    'startTime' in value
  );
}

function identify(): Owner {
  return { pid: process.pid, startTime: startTimeOf(process.pid), machine: machine() };
}

function machine(): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return os.hostname(); // no /proc: macOS and the like
  }
}

/** Field 22 of /proc/<pid>/stat; the command in front of it may hold spaces and brackets (proc_pid_stat(5)). */
function startTimeOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function ageOf(file: string, now: number): number {
  try {
    return now - fs.statSync(file).mtimeMs;
  } catch {
    return Infinity;
  }
}
