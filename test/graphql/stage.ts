import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { createClientAddress, createHttpsCheck } from '../../src/identity/client-address.ts';
import { createGraphql } from '../../src/graphql/yoga.ts';
import type { Role } from '../../src/identity/actor.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import { createRegistry } from '../../src/providers/registry.ts';
import { createSimulator } from '../../src/providers/simulator/simulator.ts';
import { createRest } from '../../src/rest/rest.ts';
import { createWorld, SECRETS, STILL, SYSTEM, type World } from '../domain/world.ts';

// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Null = no body. */
  readonly body: Json;
}

export interface TenantOnStage {
  readonly id: string;
  readonly slug: string;
  readonly apiKey: string;
}

/** Both admin doors over real HTTP, on a database of their own, with two tenants and somebody of every role. */
export interface Stage {
  readonly world: World;
  readonly url: string;
  /** A provider of type simulator whose models have been discovered; it serves both tenants. */
  readonly providerId: string;
  readonly a: TenantOnStage;
  readonly b: TenantOnStage;
  /** Of somebody with the role; the tenant roles belong to tenant A. */
  readonly tokens: Readonly<Record<Role, string>>;
  /** The tenant roles of tenant B. */
  readonly outsiders: Readonly<Record<'tenant-admin' | 'tenant-viewer', string>>;
  /** What was logged. */
  readonly logged: string[];
  /** Signed in as the admin unless `token` says otherwise ('' = nobody). */
  graphql(query: string, variables?: Record<string, unknown>, token?: string): Promise<Answer>;
  rest(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  login(username: string): Promise<string>;
  close(): Promise<void>;
}

export const PASSWORD = 'correct horse battery';

/** `users: false` leaves the database as a first start finds it: no user, no tenant. */
export async function openStage({ users = true } = {}): Promise<Stage> {
  const simulator = createSimulator();
  const { origin } = await simulator.listen();
  const world = await createWorld({ simulatorOrigin: () => origin });
  const { db, domain } = world;
  const logged: string[] = [];
  const log = pino({ level: 'info' }, lines(logged));
  const cipher = createCipher([SECRETS.current, SECRETS.old]);
  const graphql = createGraphql({
    ...STILL,
    clock: () => new Date(),
    origins: [],
    domain,
    prisma: db,
    providerTypes: createRegistry({ simulatorOrigin: () => origin }).all(),
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
    log,
    newRequestId: uuidv7,
    clientAddress: createClientAddress(0),
    isHttps: createHttpsCheck(0),
  });
  const rest = createRest({ graphql, log, newRequestId: uuidv7 });
  const server = createServer((req, res) => {
    if (req.url?.startsWith('/graphql')) graphql.handler(req, res);
    else rest(req, res);
  });
  const url = await listen(server);

  const login = async (username: string): Promise<string> => {
    const { token } = await domain.sessions.login(
      { username, password: PASSWORD },
      { address: '', userAgent: '' },
    );
    return token;
  };
  const people = users ? await castOf(world, login) : NOBODY;
  return {
    world,
    url,
    ...people,
    logged,
    login,
    graphql: (query, variables = {}, token = people.tokens.admin) =>
      send(`${url}/graphql`, 'POST', { query, variables }, token),
    rest: (method, path, body, token = people.tokens.admin) => send(url + path, method, body, token),
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await simulator.close();
      await world.close();
    },
  };
}

type Cast = Pick<Stage, 'providerId' | 'a' | 'b' | 'tokens' | 'outsiders'>;
const NO_TENANT = { id: '', slug: '', apiKey: '' };
const NOBODY: Cast = {
  providerId: '',
  a: NO_TENANT,
  b: NO_TENANT,
  tokens: { admin: '', maintainer: '', finops: '', 'tenant-admin': '', 'tenant-viewer': '' },
  outsiders: { 'tenant-admin': '', 'tenant-viewer': '' },
};

async function castOf({ domain }: World, login: (username: string) => Promise<string>): Promise<Cast> {
  const { id: providerId } = await domain.providers.create(SYSTEM, { name: 'Simulator', type: 'simulator' });
  await domain.providerDiscovery.discover(SYSTEM, providerId);
  const tenant = async (slug: string): Promise<TenantOnStage> => {
    const created = await domain.tenants.create(SYSTEM, { slug, name: slug, providerIds: [providerId] });
    return { id: created.tenant.id, slug, apiKey: created.apiKey };
  };
  const a = await tenant('tenant-a');
  const b = await tenant('tenant-b');
  const someone = async (username: string, role: Role, tenantIds: string[] = []): Promise<string> => {
    await domain.users.create(SYSTEM, { username, password: PASSWORD, role, tenantIds });
    return login(username);
  };
  const tokens = {
    admin: await someone('the-admin', 'admin'),
    maintainer: await someone('the-maintainer', 'maintainer'),
    finops: await someone('the-finops', 'finops'),
    'tenant-admin': await someone('admin-of-a', 'tenant-admin', [a.id]),
    'tenant-viewer': await someone('viewer-of-a', 'tenant-viewer', [a.id]),
  };
  const outsiders = {
    'tenant-admin': await someone('admin-of-b', 'tenant-admin', [b.id]),
    'tenant-viewer': await someone('viewer-of-b', 'tenant-viewer', [b.id]),
  };
  return { providerId, a, b, tokens, outsiders };
}

/** A request as a program would send it. */
export async function send(url: string, method: string, body: unknown, token: string): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

function lines(into: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      into.push(chunk.toString());
      done();
    },
  });
}

export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}
