import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Client, type Entry } from 'ldapts';
import { reasonOf, unless } from './deadline.ts';
import { CHECK_PORT, DirectoryFailure } from './failure.ts';

export interface DirectoryAddress {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** ldaps:// */
  readonly secure: boolean;
}

/** One entry that a search found. */
export interface FoundEntry {
  /** As the directory spells it. */
  readonly dn: string;
  /** All values of an attribute, whatever the case of its name; values that are no text are left out. */
  values(attribute: string): readonly string[];
}

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: string;
  readonly attributes: readonly string[];
  readonly sizeLimit: number;
}

/**
 * One connection, used for one sign-in and then closed. Every method rejects as soon as `end` is aborted or the
 * connection is lost: nothing here can hang.
 */
export interface DirectoryConnection {
  /** Speaks TLS from here on, after asking for it (StartTLS) where the address does not begin with it. */
  encrypt(caCert: string | null): Promise<void>;
  bind(dn: string, password: string): Promise<void>;
  search(search: Search): Promise<FoundEntry[]>;
  close(): void;
}

/** Connects over TCP to whichever of the addresses answers. `end` carries, as its reason, what to reject with. */
export async function openConnection(
  address: DirectoryAddress,
  ips: readonly string[],
  end: AbortSignal,
): Promise<DirectoryConnection> {
  const tcp = await dial(address.port, ips, end);
  const lost = new AbortController();
  tcp.once('close', () =>
    lost.abort(new DirectoryFailure('failed', 'The directory closed the connection.', CHECK_PORT)),
  );
  const over = AbortSignal.any([end, lost.signal]);
  let client = speakOver(tcp);

  return {
    async encrypt(caCert) {
      // The name is checked against the certificate also where we connected to an address that it resolved to.
      const options: ConnectionOptions = {
        host: address.host,
        ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
        ...(caCert === null ? {} : { ca: [caCert] }),
        minVersion: 'TLSv1.2',
      };
      // A handshake that breaks says more than that the connection is closed, so only `end` ends it early.
      if (!address.secure) return await unless(end, client.startTLS(options));
      client = speakOver(await unless(end, handshake(tcp, options)));
    },
    bind: (dn, password) => unless(over, client.bind(dn, password)),
    async search({ base, attributes, ...options }) {
      const { searchEntries } = await unless(
        over,
        client.search(base, { ...options, attributes: [...attributes] }),
      );
      return searchEntries.map(toFound);
    },
    close() {
      // Politely, but without waiting for what may never come.
      client.unbind().catch(() => undefined);
      tcp.destroySoon();
    },
  };
}

/**
 * The library connects anew by itself when a connection is lost. Here that must not be: it would do so without TLS,
 * and the next bind would send a password in clear.
 */
function speakOver(socket: Socket): Client {
  let used = false;
  return new Client({
    url: 'ldap://directory',
    createConnection: () => {
      if (used) throw new Error('The connection to the directory was lost.');
      used = true;
      return socket;
    },
  });
}

function dial(port: number, ips: readonly string[], end: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: 'directory',
      port,
      // What `resolve` found is what is used: one look at the name, and each address gets its chance.
      autoSelectFamily: true,
      lookup: (_host, _options, done) =>
        done(
          null,
          ips.map((ip) => ({ address: ip, family: isIP(ip) })),
        ),
    });
    const giveUp = (): void => {
      socket.destroy();
      reject(reasonOf(end));
    };
    end.addEventListener('abort', giveUp);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      // Whoever waits is told by 'close'; an error without a listener would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    // For the connection's whole life: at its end there is nothing left to send.
    socket.once('close', () => end.removeEventListener('abort', giveUp));
    if (end.aborted) giveUp();
  });
}

function handshake(tcp: Socket, options: ConnectionOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ ...options, socket: tcp });
    socket.on('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });
}

function toFound(entry: Entry): FoundEntry {
  return {
    dn: entry.dn,
    values(attribute) {
      const wanted = attribute.toLowerCase();
      const name = Object.keys(entry).find((key) => key.toLowerCase() === wanted);
      const value = name === undefined || name === 'dn' ? [] : (entry[name] ?? []);
      const all: readonly unknown[] = Array.isArray(value) ? value : [value];
      return all.filter((one) => typeof one === 'string');
    },
  };
}
