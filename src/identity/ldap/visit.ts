import { isIP } from 'node:net';
import { openConnection, type DirectoryConnection } from './connection.ts';
import { deadline, unless } from './deadline.ts';
import { explainDirectory, type DirectoryStep } from './failure.ts';
import type { DirectorySettings } from './settings.ts';

/** Runs one step; a test of the settings notes how each went. Throws what `work` throws, as DirectoryFailure. */
export type RunStep = <T>(step: DirectoryStep, work: () => Promise<Outcome<T>>) => Promise<T>;

export interface Outcome<T> {
  readonly value: T;
  /** What happened, for admins. */
  readonly detail: string;
}

/** For those who need no notes. */
export const plainly: RunStep = async (_step, work) => {
  try {
    return (await work()).value;
  } catch (error) {
    throw explainDirectory(error);
  }
};

export interface VisitDeps {
  /** Addresses of a host name; rejects with Node's codes (ENOTFOUND). */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** AbortSignal.timeout */
  readonly timeout: (ms: number) => AbortSignal;
}

/** Connects, encrypts, binds, does the work and leaves, all of it within the time limit. Throws DirectoryFailure. */
export async function visit<T>(
  deps: VisitDeps,
  settings: DirectorySettings,
  run: RunStep,
  work: (directory: DirectoryConnection) => Promise<T>,
): Promise<T> {
  const { address, startTls, tlsCaCert } = settings;
  const end = deadline(deps.timeout(settings.timeoutMs), settings.timeoutMs);
  const ips = await run('resolve', async () => {
    if (isIP(address.host) !== 0) return { value: [address.host], detail: 'an address, no name' };
    const value = await unless(end, deps.resolve(address.host));
    return { value, detail: value.length === 1 ? '1 address' : `${value.length} addresses` };
  });
  const directory = await run('connect', async () => ({
    value: await openConnection(address, ips, end),
    detail: `port ${address.port}`,
  }));
  try {
    await run('tls', async () => {
      if (!address.secure && !startTls)
        return { value: null, detail: 'none: passwords can be read by whoever is in between' };
      await directory.encrypt(tlsCaCert);
      return { value: null, detail: address.secure ? 'ldaps' : 'StartTLS' };
    });
    await run('bind', async () => {
      await bindAsSearcher(directory, settings);
      return { value: null, detail: settings.bind?.dn ?? 'none: anonymous' };
    });
    return await work(directory);
  } catch (error) {
    throw explainDirectory(error);
  } finally {
    directory.close();
  }
}

/**
 * Also after a person's own bind: what is read is read with the rights of the one who searches; where there is no
 * such one, with the person's own.
 */
export async function bindAsSearcher(
  directory: Pick<DirectoryConnection, 'bind'>,
  { bind }: DirectorySettings,
): Promise<void> {
  if (bind !== null) await directory.bind(bind.dn, bind.password);
}
