import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, PASSWORD, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/users';
const NO_ID = '01930000-0000-7000-8000-00000000dead';

let stage: Stage;
let adminId: string;
beforeAll(async () => {
  stage = await openStage();
  adminId = (await stage.rest('GET', '/api/prism/auth/me')).body.id;
});
afterAll(() => stage.close());

const fieldsOf = (body: { error: { fields: { path: string }[] } }) =>
  body.error.fields.map(({ path }) => path);

// API reference, "Users"
describe('Users', () => {
  let id = '';
  const user = () => ({
    id,
    username: 'uma',
    role: 'tenant-viewer',
    tenantIds: [stage.a.id],
    source: 'local',
    active: true,
    lastLoginAt: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });

  it('POST /users: Create user', async () => {
    const input = { username: 'Uma', password: PASSWORD, role: 'tenant-viewer', tenantIds: [stage.a.id] };
    const { status, body } = await stage.rest('POST', BASE, input);
    ({ id } = body);
    expect([status, body]).toEqual([201, user()]);
    const again = await stage.rest('POST', BASE, input);
    expect([again.status, again.body.error.code, fieldsOf(again.body)]).toEqual([
      409,
      'conflict',
      ['username'],
    ]);
  });

  it('POST /users: names every field that is wrong', async () => {
    const { status, body } = await stage.rest('POST', BASE, { username: 7, role: 'boss', tenantIds: 'all' });
    expect(status).toBe(400);
    expect(fieldsOf(body).toSorted()).toEqual(['password', 'role', 'tenantIds', 'username']);
    const weak = await stage.rest('POST', BASE, { username: 'a b', password: 'short', role: 'finops' });
    expect([weak.status, fieldsOf(weak.body)]).toEqual([400, ['username', 'password']]);
  });

  it('GET /users: List all users, without their passwords', async () => {
    const { status, body } = await stage.rest('GET', BASE);
    expect(status).toBe(200);
    expect(body.find((one: { id: string }) => one.id === id)).toEqual(user());
    expect(body.map((one: { username: string }) => one.username)).toContain('the-admin');
    expect(JSON.stringify(body)).not.toMatch(/scrypt|password|hash/i);
  });

  it('GET /users/:id: one of them, or 404', async () => {
    expect(await stage.rest('GET', `${BASE}/${id}`)).toMatchObject({ status: 200, body: user() });
    expect((await stage.rest('GET', `${BASE}/${NO_ID}`)).status).toBe(404);
  });

  it('PUT /users/:id: Update user (role, tenants, password, active)', async () => {
    const put = (input: unknown) => stage.rest('PUT', `${BASE}/${id}`, input);
    expect((await put({ role: 'tenant-admin' })).body).toEqual({ ...user(), role: 'tenant-admin' });
    expect((await put({ tenants: [stage.b.id] })).body.tenantIds).toEqual([stage.b.id]);
    expect((await put({ tenantIds: [stage.a.id], active: false })).body).toMatchObject({
      tenantIds: [stage.a.id],
      active: false,
    });
    const login = { username: 'uma', password: 'another long password' };
    expect((await put({ active: true, password: login.password })).status).toBe(200);
    expect((await stage.rest('POST', '/api/prism/auth/login', login, '')).status).toBe(200);
    const whole = await stage.rest('GET', `${BASE}/${id}`);
    expect((await put(whole.body)).status).toBe(200);
  });

  it('PUT /users/:id: names what is wrong, 404 for nobody', async () => {
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}`, {
      role: 'boss',
      tenants: [7],
      active: 'yes',
    });
    expect(status).toBe(400);
    expect(fieldsOf(body).toSorted()).toEqual(['active', 'role']);
    expect((await stage.rest('PUT', `${BASE}/${NO_ID}`, { active: false })).status).toBe(404);
  });

  it('DELETE /users/:id: Delete user (cannot delete self or last admin)', async () => {
    const { status, body } = await stage.rest('DELETE', `${BASE}/${id}`);
    expect([status, body]).toEqual([200, { success: true }]);
    expect((await stage.rest('DELETE', `${BASE}/${id}`)).status).toBe(404);
    const self = await stage.rest('DELETE', `${BASE}/${adminId}`);
    expect([self.status, self.body.error.code]).toEqual([403, 'forbidden']);
    expect(self.body.error.message).toContain('your own account');
    const demoted = await stage.rest('PUT', `${BASE}/${adminId}`, { role: 'finops' });
    expect([demoted.status, demoted.body.error.message]).toEqual([
      403,
      'You cannot change your own role; another administrator can.',
    ]);
  });

  it('leaves the last admin whom others try to remove, with 409', async () => {
    const input = { username: 'second', password: PASSWORD, role: 'admin' };
    const second = await stage.rest('POST', BASE, input);
    const token = await stage.login('second');
    const both = await Promise.all([
      stage.rest('DELETE', `${BASE}/${second.body.id}`),
      stage.rest('DELETE', `${BASE}/${adminId}`, undefined, token),
    ]);
    const statuses = both.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect([401, 409]).toContain(statuses.find((status) => status !== 200));
    expect(await stage.world.db.user.count({ where: { role: 'ADMIN', active: true } })).toBe(1);
  });
});
