import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { freePort } from '../kit/free-port.ts';

const run = promisify(execFile);

export const SUFFIX = 'dc=example,dc=org';
const ROOT = { dn: `cn=root,${SUFFIX}`, password: 'root secret' };

/** Where Debian and its kin keep them. */
const SLAPD = '/usr/sbin/slapd';
const MODULES = '/usr/lib/ldap';
const SCHEMA = '/etc/ldap/schema';

/** OpenLDAP's server; null = not installed. Where CI=true that is an error: nothing may be skipped there. */
export function findSlapd(): string | null {
  if (
    [SLAPD, MODULES, SCHEMA].every((path) => existsSync(path)) &&
    spawnSync('openssl', ['version']).status === 0
  )
    return SLAPD;
  if (process.env['CI'] === 'true') throw new Error('slapd and openssl must be installed where CI=true');
  console.warn('skipped: slapd (of Debian: apt-get install slapd) or openssl is not installed');
  return null;
}

export interface Slapd {
  readonly ldap: string;
  readonly ldaps: string;
  /** PEM: the authority that signed the server's certificate, made for localhost and 127.0.0.1. */
  readonly ca: string;
  /** PEM: an authority of the same name that has nothing to do with it. */
  readonly otherCa: string;
  /** Works on the directory as its owner. */
  manage(work: (client: Client) => Promise<void>): Promise<void>;
  /** SIGSTOP and SIGCONT: connects, but says nothing. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL, connections and all. */
  kill(): Promise<void>;
  /** On the same ports, with the data that it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A real OpenLDAP of the test's own: a fresh directory, free ports of the loopback address, the current user. Runs a
 * copy of the binary, because AppArmor confines the installed one to the system's own files.
 */
export async function startSlapd(binary: string): Promise<Slapd> {
  const home = await mkdtemp(join(tmpdir(), 'prism-slapd-'));
  const copy = join(home, 'slapd');
  await copyFile(binary, copy);
  await mkdir(join(home, 'data'));
  const ca = await makeAuthority(home, 'ca');
  const otherCa = await makeAuthority(home, 'other');
  await makeServerCertificate(home);
  await writeFile(join(home, 'slapd.conf'), configuration(home));
  const [plain, secure] = [await freePort(), await freePort()];
  const urls = { ldap: `ldap://127.0.0.1:${plain}`, ldaps: `ldaps://127.0.0.1:${secure}` };
  let child = await launch(copy, home, urls);

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  return {
    ...urls,
    ca,
    otherCa,
    async manage(work) {
      const client = new Client({ url: urls.ldap, timeout: 10_000 });
      try {
        await client.bind(ROOT.dn, ROOT.password);
        await work(client);
      } finally {
        await client.unbind();
      }
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill,
    async restart() {
      child = await launch(copy, home, urls);
    },
    async stop() {
      await kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function configuration(home: string): string {
  return `
modulepath ${MODULES}
moduleload back_mdb
moduleload memberof
include ${SCHEMA}/core.schema
include ${SCHEMA}/cosine.schema
include ${SCHEMA}/inetorgperson.schema
pidfile ${home}/slapd.pid
# As many directories do: a bind without a password is a success, and proves nothing.
allow bind_anon_cred bind_anon_dn
TLSCertificateFile ${home}/server.pem
TLSCertificateKeyFile ${home}/server.key
database mdb
suffix "${SUFFIX}"
rootdn "${ROOT.dn}"
rootpw "${ROOT.password}"
directory ${home}/data
maxsize 16777216
dbnosync
overlay memberof
memberof-refint true
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SEARCHER.dn}" read by * none
`;
}

/** The entry that may search. */
export const SEARCHER = { dn: `cn=search,${SUFFIX}`, password: 'search secret' };

async function launch(
  binary: string,
  home: string,
  urls: { ldap: string; ldaps: string },
): Promise<ChildProcess> {
  const args = ['-f', join(home, 'slapd.conf'), '-h', `${urls.ldap} ${urls.ldaps}`, '-d', 'none'];
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`slapd ended at once (${code}): ${output}`)));
  });
  await Promise.race([ended, Promise.all([answers(urls.ldap), answers(urls.ldaps)])]);
  ended.catch(() => undefined); // From here on an end is a test's own doing.
  return child;
}

/** It says that it starts before it listens. */
async function answers(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), hostname);
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await setTimeout(20);
  }
}

async function makeAuthority(home: string, name: string): Promise<string> {
  const files = ['-keyout', join(home, `${name}.key`), '-out', join(home, `${name}.pem`)];
  await run('openssl', [...KEY, '-x509', '-days', '2', '-subj', '/CN=Test authority', ...files]);
  return await readFile(join(home, `${name}.pem`), 'utf8');
}

const KEY = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function makeServerCertificate(home: string): Promise<void> {
  const [key, request, pem] = [join(home, 'server.key'), join(home, 'server.csr'), join(home, 'server.pem')];
  await run('openssl', [...KEY, '-subj', '/CN=localhost', '-keyout', key, '-out', request]);
  const names = join(home, 'names');
  await writeFile(names, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const authority = ['-CA', join(home, 'ca.pem'), '-CAkey', join(home, 'ca.key'), '-CAcreateserial'];
  const wanted = ['-in', request, '-out', pem, '-days', '2', '-extfile', names];
  await run('openssl', ['x509', '-req', ...wanted, ...authority]);
}
