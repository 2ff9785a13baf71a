import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to whoever asks for any (ip_local_port_range), and above those of services. */
const FIRST = 20_000;
const PORTS = 12_000;

/**
 * A port of the loopback address for a server that needs to know it before it starts, or keeps it over restarts. No
 * other test that asks the system for any port, to listen or to connect, gets it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * PORTS);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
