import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, PASSWORD, type Stage } from '../graphql/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ users: false });
});
afterAll(() => stage.close());

// API reference, "Global Endpoints"
describe('Global Endpoints', () => {
  const admin = { username: 'admin', password: PASSWORD };
  let token = '';

  it('GET /setup/status: nothing is set up at first', async () => {
    expect(await stage.rest('GET', '/api/prism/setup/status')).toMatchObject({
      status: 200,
      body: { setupComplete: false },
    });
  });

  it('POST /setup/admin: names what is wrong with a name or a password', async () => {
    const { status, body } = await stage.rest('POST', '/api/prism/setup/admin', {
      username: 'admin',
      password: 'short',
    });
    expect([status, body.error.fields[0].path]).toEqual([400, 'password']);
    const missing = await stage.rest('POST', '/api/prism/setup/admin');
    expect(missing.body.error).toEqual({
      message: '"username" is required (and 1 more).',
      code: 'bad_input',
      fields: [
        { path: 'username', message: 'is required' },
        { path: 'password', message: 'is required' },
      ],
    });
  });

  it('POST /setup/admin: creates the initial account once, also when two ask at once', async () => {
    const both = await Promise.all([
      stage.rest('POST', '/api/prism/setup/admin', admin),
      stage.rest('POST', '/api/prism/setup/admin', { ...admin, username: 'intruder' }),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const created = both.find(({ status }) => status === 201);
    expect(created?.body).toEqual({ id: expect.any(String), username: expect.any(String), role: 'admin' });
    expect(JSON.stringify(created?.body)).not.toMatch(PASSWORD);
    const again = await stage.rest('POST', '/api/prism/setup/admin', admin);
    expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
    admin.username = created?.body.username;
  });

  it('POST /auth/login: a token for the right password, 401 for a wrong one', async () => {
    const wrong = await stage.rest('POST', '/api/prism/auth/login', { ...admin, password: 'wrong' });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'unauthenticated']);
    const { status, body } = await stage.rest('POST', '/api/prism/auth/login', admin);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token: expect.stringMatching(/^ey/),
      username: admin.username,
      role: 'admin',
    });
    token = body.token;
  });

  it('GET /auth/me: the current user', async () => {
    const { status, body } = await stage.rest('GET', '/api/prism/auth/me', undefined, token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ username: admin.username, role: 'admin', tenantIds: [] });
    expect(body.permissions).toContain('provider.write');
  });

  it('POST /setup/complete: needs the JWT, and may be repeated', async () => {
    expect((await stage.rest('POST', '/api/prism/setup/complete')).status).toBe(401);
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await stage.rest('POST', '/api/prism/setup/complete', undefined, token);
      expect([status, body]).toEqual([200, { setupComplete: true }]);
    }
    expect((await stage.rest('GET', '/api/prism/setup/status')).body).toEqual({ setupComplete: true });
  });

  it('POST /auth/logout: ends the token at once', async () => {
    const { status, body } = await stage.rest('POST', '/api/prism/auth/logout', undefined, token);
    expect([status, body]).toEqual([200, { success: true }]);
    expect((await stage.rest('GET', '/api/prism/auth/me', undefined, token)).status).toBe(401);
  });

  it('POST /auth/login: answers 429 with retry-after when there were ten failures', async () => {
    const attempt = { username: 'somebody', password: 'wrong' };
    for (let i = 0; i < 10; i += 1) await stage.rest('POST', '/api/prism/auth/login', attempt);
    const { status, body, headers } = await stage.rest('POST', '/api/prism/auth/login', attempt);
    expect([status, body.error.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('GET /setup/status: ignores a token that is none', async () => {
    expect((await stage.rest('GET', '/api/prism/setup/status', undefined, 'nonsense')).status).toBe(200);
  });
});
