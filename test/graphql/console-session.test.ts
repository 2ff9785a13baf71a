import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestPrism, ADMIN, until, type TestPrism } from '../kit/prism.ts';
import { connect } from './live-client.ts';

// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: Json;
}

const CONSOLE = { 'x-prism-console': '1' };
const ME = '{ me { username } }';
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { ... on Login { username } } }';
const LOGOUT = 'mutation { logout { ... on Logout { success } } }';
const REQUESTS = 'subscription { requestLogged { cursor } }';

let prism: TestPrism;
beforeAll(async () => {
  prism = await startTestPrism({ CORS_ORIGINS: 'https://named.example', TRUST_PROXY: '127.0.0.1,::1' });
});
afterAll(() => prism.stop());

/** node:http, not fetch, which would take headers away that only browsers may set. */
function post(path: string, body: object, headers: Record<string, string>, method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    const req = request(prism.url + path, { method, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          cookies: response.headers['set-cookie'] ?? [],
          body: text.startsWith('{') ? JSON.parse(text) : text,
        });
      });
    });
    req.on('error', reject);
    req.end(method === 'GET' ? undefined : JSON.stringify(body));
  });
}

const graphql = (query: string, headers: Record<string, string>, variables = {}): Promise<Answer> =>
  post('/graphql', { query, variables }, headers);

const signIn = (headers: Record<string, string> = CONSOLE): Promise<Answer> =>
  graphql(LOGIN, headers, { input: ADMIN });

/** What the browser would send back. */
async function cookie(): Promise<string> {
  const [set = ''] = (await signIn()).cookies;
  return set.split(';', 1)[0] ?? '';
}

const code = ({ body }: Answer): unknown => body.errors?.[0].extensions.code;

describe('signing in from a page of the console', () => {
  it('sets a cookie that scripts cannot read, for /graphql only, for as long as the session lasts', async () => {
    const { cookies, body } = await signIn();
    expect(body.data.login).toEqual({ username: 'admin' });
    expect(cookies).toHaveLength(1);
    const [pair = '', ...attributes] = (cookies[0] ?? '').split('; ');
    expect(pair).toMatch(
      new RegExp(`^prism-session-${new URL(prism.url).port}=[\\w-]+\\.[\\w-]+\\.[\\w-]+$`),
    );
    const [, lifetime] = /^Max-Age=(\d+)$/.exec(attributes[1] ?? '') ?? [];
    expect(Math.abs(Number(lifetime) - 12 * 3600)).toBeLessThan(60);
    expect(attributes.toSpliced(1, 1)).toEqual(['Path=/graphql', 'HttpOnly', 'SameSite=Strict']);
  });

  it('sets none for programs, for pages of other sites and for wrong passwords', async () => {
    expect((await signIn({})).cookies).toEqual([]);
    expect((await signIn({ ...CONSOLE, 'sec-fetch-site': 'cross-site' })).cookies).toEqual([]);
    expect((await signIn({ ...CONSOLE, 'sec-fetch-site': 'same-site' })).cookies).toEqual([]);
    const wrong = { input: { ...ADMIN, password: 'not the password' } };
    expect((await graphql(LOGIN, CONSOLE, wrong)).cookies).toEqual([]);
    expect((await post('/api/prism/auth/login', ADMIN, CONSOLE)).cookies).toEqual([]);
  });

  it('sets it for https alone where the page came by https', async () => {
    const secure = async (headers: Record<string, string>): Promise<boolean> =>
      (await signIn({ ...CONSOLE, ...headers })).cookies[0]?.endsWith('; Secure') === true;
    expect(await secure({ 'x-forwarded-proto': 'https' })).toBe(true);
    expect(await secure({ origin: 'https://prism.example' })).toBe(true);
    expect(await secure({ 'x-forwarded-proto': 'http' })).toBe(false);
  });

  it('is kept over a change of the password', async () => {
    await prism.rest('POST', '/api/prism/admin/users', {
      username: 'changer',
      password: ADMIN.password,
      role: 'finops',
    });
    const input = { username: 'changer', password: ADMIN.password };
    const [before = ''] = (await graphql(LOGIN, CONSOLE, { input })).cookies;
    const old = { ...CONSOLE, cookie: before.split(';', 1)[0] ?? '' };
    const changed = await graphql(
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { ... on Login { username } } }',
      old,
      { input: { oldPassword: ADMIN.password, newPassword: 'another horse battery' } },
    );
    const [after = ''] = changed.cookies;
    expect(code(await graphql(ME, old))).toBe('unauthenticated');
    const now = { ...CONSOLE, cookie: after.split(';', 1)[0] ?? '' };
    expect((await graphql(ME, now)).body.data.me.username).toBe('changer');
  });
});

describe('the cookie', () => {
  it('signs in together with the header, and without it never', async () => {
    const sent = { cookie: await cookie() };
    expect((await graphql(ME, { ...sent, ...CONSOLE })).body.data.me.username).toBe('admin');
    expect(code(await graphql(ME, sent))).toBe('unauthenticated');
    expect(code(await graphql(ME, { ...sent, 'x-prism-console': '' }))).toBe('unauthenticated');
  });

  it('does not count when the browser says that another site asks', async () => {
    const sent = { cookie: await cookie(), ...CONSOLE };
    for (const site of ['cross-site', 'same-site', 'none'])
      expect([site, code(await graphql(ME, { ...sent, 'sec-fetch-site': site }))]).toEqual([
        site,
        'unauthenticated',
      ]);
    const ours = await graphql(ME, { ...sent, 'sec-fetch-site': 'same-origin' });
    expect(ours.body.data.me.username).toBe('admin');
  });

  it('cannot be sent by a foreign page: the preflight is refused, or takes our header away', async () => {
    const asking = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, x-prism-console',
    };
    const preflight = (origin: string) =>
      fetch(`${prism.url}/graphql`, { method: 'OPTIONS', headers: { origin, ...asking } });
    const stranger = await preflight('https://evil.example');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    const named = await preflight('https://named.example');
    expect(named.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(named.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('counts at no other door', async () => {
    const sent = { cookie: await cookie(), ...CONSOLE };
    expect((await post('/api/prism/auth/me', {}, sent, 'GET')).status).toBe(401);
    expect((await post('/api/prism/admin/tenants', {}, sent, 'GET')).status).toBe(401);
    expect((await post('/v1/chat/completions', { model: 'x', messages: [] }, sent)).status).toBe(401);
  });

  it('gives way to an Authorization header, whatever that says', async () => {
    const sent = { cookie: await cookie(), ...CONSOLE };
    await prism.rest('POST', '/api/prism/admin/users', {
      username: 'ledger',
      password: ADMIN.password,
      role: 'finops',
    });
    const { body } = await post(
      '/api/prism/auth/login',
      { username: 'ledger', password: ADMIN.password },
      {},
    );
    const other = await graphql(ME, { ...sent, authorization: `Bearer ${body.token}` });
    expect(other.body.data.me.username).toBe('ledger');
    expect(code(await graphql(ME, { ...sent, authorization: 'Bearer nonsense' }))).toBe('unauthenticated');
    expect(code(await graphql(ME, { ...sent, authorization: 'Basic YTpi' }))).toBe('unauthenticated');
  });

  it('that somebody planted beside ours signs nobody in', async () => {
    const ours = await cookie();
    const name = ours.split('=', 1)[0] ?? '';
    for (const planted of [`${name}=x; ${ours}`, `${ours}; ${name}=x`])
      expect(code(await graphql(ME, { ...CONSOLE, cookie: planted }))).toBe('unauthenticated');
    const among = await graphql(ME, { ...CONSOLE, cookie: `theme=dark; ${ours}; x${name}=y` });
    expect(among.body.data.me.username).toBe('admin');
  });

  it('is taken back by a logout, and is worth nothing from then on', async () => {
    const sent = { cookie: await cookie(), ...CONSOLE };
    const { cookies } = await graphql(LOGOUT, sent);
    expect(cookies[0]).toMatch(/^prism-session-\d+=; Path=\/graphql; Max-Age=0; HttpOnly; SameSite=Strict$/);
    expect(code(await graphql(ME, sent))).toBe('unauthenticated');
  });

  it('of a session that was revoked is refused at once', async () => {
    const sent = { cookie: await cookie(), ...CONSOLE };
    const { body } = await graphql('{ sessions { id current } }', sent);
    const { id } = body.data.sessions.find((session: Json) => session.current);
    await graphql('mutation ($id: ID!) { revokeSession(id: $id) { ... on Session { id } } }', sent, { id });
    expect(code(await graphql(ME, sent))).toBe('unauthenticated');
  });

  it('signs a stream in together with the header', async () => {
    const sent = { cookie: await cookie(), accept: 'text/event-stream' };
    const refused = await graphql(REQUESTS, sent);
    expect(JSON.stringify(refused.body)).toContain('unauthenticated');
    const streaming = new Promise<string>((resolve, reject) => {
      const headers = { ...sent, ...CONSOLE, 'content-type': 'application/json' };
      const req = request(`${prism.url}/graphql`, { method: 'POST', headers }, (response) => {
        resolve(String(response.headers['content-type']));
        response.destroy();
      });
      req.on('error', reject).end(JSON.stringify({ query: REQUESTS }));
    });
    expect(await streaming).toContain('text/event-stream');
  });
});

describe('a socket', () => {
  /** Connects as a page would: without a token of its own. Answers 'open', or the code of the close or the refusal. */
  function open(headers: Record<string, string>): Promise<string | number> {
    return new Promise((resolve) => {
      const url = `${prism.url.replace('http', 'ws')}/graphql`;
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      socket.on('message', () => {
        resolve('open');
        socket.close();
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('close', (closed) => resolve(closed));
      socket.on('error', () => undefined);
    });
  }

  it('of one of our pages is signed in by the cookie', async () => {
    const { origin } = new URL(prism.url);
    expect(await open({ cookie: await cookie(), origin })).toBe('open');
  });

  it('of any other page is not', async () => {
    const sent = { cookie: await cookie() };
    expect(await open({ ...sent, origin: 'https://evil.example' })).toBe(403);
    expect(await open({ ...sent, origin: 'null' })).toBe(403);
    expect(await open({ ...sent, origin: 'https://named.example' })).toBe(4401);
    expect(await open(sent)).toBe(4401);
  });

  it('takes the token that its page sends before the cookie', async () => {
    const { origin } = new URL(prism.url);
    const client = await connect(prism.url, 'nonsense', { headers: { cookie: await cookie(), origin } });
    expect((await client.closed).code).toBe(4401);
  });

  it('ends with the session', async () => {
    const sent = await cookie();
    const { origin } = new URL(prism.url);
    const client = await connect(prism.url, null, { headers: { cookie: sent, origin } });
    let acknowledged = false;
    client.socket.once('message', () => (acknowledged = true));
    client.send({ type: 'connection_init' });
    await until(() => acknowledged);
    await graphql(LOGOUT, { cookie: sent, ...CONSOLE });
    expect((await client.closed).code).toBe(4401);
  });
});
