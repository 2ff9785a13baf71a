import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** A network between us and PostgreSQL that can be parted: nothing is refused, nothing breaks, nothing answers. */
export interface Partition {
  /** The database by way of this network. */
  readonly url: string;
  /** From now on nothing passes, whether on connections that stand or on new ones. */
  part(): void;
  /** New connections pass. Those of before stay silent for ever, as after the failover of a server that is gone. */
  heal(): void;
  close(): void;
}

export async function createPartition(databaseUrl: string): Promise<Partition> {
  const url = new URL(databaseUrl);
  const target: NetConnectOpts = { path: `${url.searchParams.get('host')}/.s.PGSQL.5432` };
  const ours = new Set<Socket>();
  const theirs = new Set<Socket>();
  let parted = false;
  const server = createServer((client) => {
    keep(ours, client);
    if (parted) return void client.pause();
    const database = connect(target);
    keep(theirs, database);
    client.pipe(database).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.href,
    part() {
      parted = true;
      for (const socket of ours) socket.unpipe().pause();
      for (const socket of theirs) socket.unpipe().destroy();
    },
    heal() {
      parted = false;
    },
    close() {
      server.close();
      for (const socket of [...ours, ...theirs]) socket.destroy();
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}
