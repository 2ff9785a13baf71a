import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/identity/ldap/connection.ts';
import { refusal } from '../domain/world.ts';
import { LOCAL, openDirectoryWorld, type DirectoryWorld } from './directory-world.ts';
import { passwordOf } from './people.ts';
import { findSlapd, SEARCHER } from './slapd.ts';

const slapd = findSlapd();

describe.skipIf(slapd === null)('a directory in trouble', () => {
  let here: DirectoryWorld;
  const servers: Server[] = [];
  beforeAll(async () => {
    here = await openDirectoryWorld(slapd ?? '');
  });
  afterAll(() => here.close());
  beforeEach(async () => {
    await here.world.db.loginFailure.deleteMany();
    await here.configure();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await here.slapd.kill();
    await here.slapd.restart();
  });

  /** A server of the test's own in the directory's place. */
  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer(onConnection);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `ldap://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  it('that is gone lets local users in and tells the others that it is not their password', async () => {
    await here.slapd.kill();
    expect(await here.login(LOCAL.username, LOCAL.password)).toMatchObject({ role: 'admin' });
    expect((await refusal(here.login(LOCAL.username, 'wrong'))).code).toBe('unauthenticated');
    const error = await refusal(here.login('ada'));
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    expect(error.message).not.toMatch(/127\.0\.0\.1|ECONN|cn=/);
    const [entry] = await here.world.db.auditEntry.findMany({ orderBy: { id: 'desc' }, take: 1 });
    expect(entry).toMatchObject({
      action: 'session.loginFailed',
      actorName: 'ada',
      after: { reason: 'Nothing listens there.' },
    });
  });

  it('locks nobody out for longer than it lasts', async () => {
    await here.slapd.kill();
    for (let attempt = 0; attempt < 12; attempt += 1)
      expect((await refusal(here.login('ada'))).code).toBe('unavailable');
    expect(await here.world.db.loginFailure.count()).toBe(0);
    await here.slapd.restart();
    expect(await here.login('ada')).toMatchObject({ role: 'admin' });
  });

  it('that takes connections and never answers is given up in time, and keeps no local user waiting', async () => {
    const sockets: Socket[] = [];
    const url = await listen((socket) => sockets.push(socket));
    await here.configure({ url, timeoutMs: 1000 });
    const began = performance.now();
    const waiting = Array.from({ length: 8 }, () => refusal(here.login('ada')));
    expect(await here.login(LOCAL.username, LOCAL.password)).toMatchObject({ role: 'admin' });
    for (const error of await Promise.all(waiting)) expect(error.code).toBe('unavailable');
    expect(performance.now() - began).toBeLessThan(8000);
    // No connection is left behind.
    for (const socket of sockets) if (!socket.closed) await once(socket.resume(), 'close');
  });

  it('that says nonsense is no reason to wait for more, nor to fall', async () => {
    const url = await listen((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await here.configure({ url });
    expect((await refusal(here.login('ada'))).code).toBe('unavailable');
  });

  it('that dies in the middle of a sign-in ends it at once', async () => {
    const asked = Promise.withResolvers<Socket>();
    const url = await listen((socket) => {
      socket.on('error', () => undefined);
      // The question has been understood; instead of the answer comes the end.
      socket.once('data', () => asked.resolve(socket));
    });
    await here.configure({ url, timeoutMs: 30_000 });
    const login = refusal(here.login('ada'));
    (await asked.promise).resetAndDestroy();
    expect((await login).code).toBe('unavailable');

    await here.configure({ timeoutMs: 30_000 });
    here.slapd.freeze();
    const frozen = refusal(here.login('ada'));
    await here.slapd.kill();
    expect((await frozen).code).toBe('unavailable');
  });

  it('never gets a password over a connection that was made anew without TLS', async () => {
    let connections = 0;
    const cut: (() => void)[] = [];
    const { port } = new URL(here.slapd.ldap);
    const url = await listen((socket) => {
      connections += 1;
      const target = connect(Number(port), '127.0.0.1');
      for (const end of [socket, target]) end.on('error', () => undefined);
      socket.pipe(target).pipe(socket);
      cut.push(() => {
        socket.destroy();
        target.destroy();
      });
    });
    const end = new AbortController();
    const address = { host: '127.0.0.1', port: Number(new URL(url).port), secure: false };
    const directory = await openConnection(address, ['127.0.0.1'], end.signal);
    await directory.encrypt(here.slapd.ca);
    await directory.bind(SEARCHER.dn, SEARCHER.password);
    for (const stop of cut) stop();
    await expect(directory.bind(SEARCHER.dn, SEARCHER.password)).rejects.toThrow(/lost|closed|broke/i);
    await expect(directory.bind(SEARCHER.dn, SEARCHER.password)).rejects.toThrow(/lost|closed|broke/i);
    expect(connections).toBe(1);
    directory.close();
  });

  it('that forgets its own bind user in mid-flight is in trouble, not the person', async () => {
    await here.configure({ bindPassword: 'an old one' });
    expect((await refusal(here.login('ada', passwordOf('ada')))).code).toBe('unavailable');
  });
});
