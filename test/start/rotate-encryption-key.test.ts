import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPrisma } from '../../src/database/client.ts';
import type { PrismaClient } from '../../src/database/generated/prisma/client.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import { generateSecret } from '../../src/start/secrets.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { runNode, type Ended } from '../kit/node-process.ts';

const OLD = 'q7Gm2xVbN4kRt9wPzLs0YhJc6uDf1EaX';
const SECRETS = { apiKey: 'sk-upstream' };

let database: TestDatabase;
let db: PrismaClient;
let dataDir: string;

beforeEach(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url);
  dataDir = mkdtempSync(join(tmpdir(), 'prism-rotate-'));
});
afterEach(async () => {
  await db.$disconnect();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

function rotate(env: Record<string, string>): Promise<Ended> {
  return runNode(['src/start/rotate-encryption-key.ts'], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url, PRISM_DATA_DIR: dataDir, ...env },
  });
}

async function addProvider(slug: string, key: string | null): Promise<string> {
  const { id } = await db.provider.create({
    data: { slug, name: slug, type: 'custom', baseUrl: 'http://x' },
  });
  if (key !== null) {
    const credentials = createCipher([key]).encrypt(JSON.stringify(SECRETS), `provider:${id}`);
    await db.provider.update({ where: { id }, data: { credentials } });
  }
  return id;
}

async function readWith(key: string, id: string): Promise<unknown> {
  const { credentials } = await db.provider.findUniqueOrThrow({ where: { id } });
  return JSON.parse(createCipher([key]).decrypt(credentials ?? '', `provider:${id}`));
}

test('a key of the environment: the first step names a new one and changes nothing, the second encrypts with it', async () => {
  const id = await addProvider('one', OLD);
  const none = await addProvider('none', null);
  const first = await rotate({ ENCRYPTION_KEY: OLD });
  expect(first.code).toBe(0);
  const keys = /ENCRYPTION_KEY=(\S+)/.exec(first.stdout)?.[1] ?? '';
  expect(keys.split(',')[1]).toBe(OLD);
  expect(await readWith(OLD, id)).toEqual(SECRETS);

  const second = await rotate({ ENCRYPTION_KEY: keys });
  expect(second.stdout).toContain('the credentials of 1 provider are encrypted with the first key now');
  expect(await readWith(keys.split(',')[0] ?? '', id)).toEqual(SECRETS);
  expect((await db.provider.findUniqueOrThrow({ where: { id: none } })).credentials).toBe(null);
  expect(await db.auditEntry.findMany({ select: { action: true, targetId: true, actorName: true } })).toEqual(
    [{ action: 'provider.reencrypt', targetId: id, actorName: 'rotate-encryption-key' }],
  );
});

test('a generated key: the file gets the new one in front, and the second run uses it', async () => {
  await rotate({});
  const file = () => readFileSync(join(dataDir, 'encryption-key'), 'utf8').trim().split(',');
  const [current = '', old = ''] = file();
  const id = await addProvider('one', old);
  const second = await rotate({});
  expect(second.code).toBe(0);
  expect(file()).toEqual([current, old]);
  expect(await readWith(current, id)).toEqual(SECRETS);
});

test('when one cannot be read, none is changed', async () => {
  const fine = await addProvider('fine', OLD);
  await addProvider('lost', generateSecret());
  const { code, stdout, stderr } = await rotate({ ENCRYPTION_KEY: `${generateSecret()},${OLD}` });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('is not among the configured ones');
  expect(await readWith(OLD, fine)).toEqual(SECRETS);
});

test('a bad environment is said in one go', async () => {
  const { code, stdout } = await rotate({ ENCRYPTION_KEY: 'short', PORT: 'x' });
  expect(code).toBe(1);
  expect(stdout).toContain('ENCRYPTION_KEY has 5 characters');
  expect(stdout).toContain('PORT is "x"');
});

test('the bind password of the directory goes along', async () => {
  const cipher = createCipher([OLD]);
  const value = { enabled: true, bindPassword: cipher.encrypt('bind secret', 'setting:ldap') };
  await db.setting.create({ data: { key: 'ldap', value } });
  const first = await rotate({ ENCRYPTION_KEY: OLD });
  const keys = /ENCRYPTION_KEY=(\S+)/.exec(first.stdout)?.[1] ?? '';
  const second = await rotate({ ENCRYPTION_KEY: keys });
  expect(second.stdout).toContain('0 providers and of the LDAP directory');
  const { value: after } = await db.setting.findUniqueOrThrow({ where: { key: 'ldap' } });
  const { enabled, bindPassword } = after as { enabled: boolean; bindPassword: string };
  expect(enabled).toBe(true);
  expect(createCipher([keys.split(',')[0] ?? '']).decrypt(bindPassword, 'setting:ldap')).toBe('bind secret');
});
