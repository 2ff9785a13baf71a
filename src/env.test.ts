import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EnvError, loadEnv, parseEnv } from './env.ts';
import { generateSecret } from './start/secrets.ts';

const SECRET = 'q7Gm2xVbN4kRt9wPzLs0YhJc6uDf1EaX';

function problems(source: Record<string, string>): Record<string, string> {
  try {
    parseEnv(source);
  } catch (error) {
    if (error instanceof EnvError)
      return Object.fromEntries(error.problems.map((p) => [p.variable, p.message]));
    throw error;
  }
  return {};
}

describe('parseEnv', () => {
  test('nothing set gives the documented defaults', () => {
    expect(parseEnv({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: null,
      dataDir: join(process.cwd(), '.data'),
      role: 'full',
      metricsToken: null,
      publicUrl: null,
      trustProxy: 0,
      corsOrigins: [],
      logLevel: 'info',
      offline: false,
      drainSeconds: 30,
      journalFsync: false,
      production: false,
    });
  });

  test('everything set is taken', () => {
    const env = parseEnv({
      NODE_ENV: 'production',
      PORT: '8080',
      HOST: '::',
      DATABASE_URL: 'postgresql://u:p@db/prism?sslmode=require',
      PRISM_DATA_DIR: '/var/data',
      JWT_SECRET: SECRET,
      ENCRYPTION_KEY: `${SECRET}, ${SECRET}b`,
      REDIS_URL: 'rediss://cache:6380/1',
      PRISM_ROLE: 'worker',
      METRICS_TOKEN: 'scrape',
      PUBLIC_URL: 'https://prism.example',
      TRUST_PROXY: '10.0.0.0/8, 2001:db8::1',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      LOG_LEVEL: 'debug',
      OFFLINE: '1',
      PRISM_DRAIN_SECONDS: '0',
      PRISM_JOURNAL_FSYNC: 'true',
    });
    expect(env).toEqual({
      production: true,
      port: 8080,
      host: '::',
      databaseUrl: 'postgresql://u:p@db/prism?sslmode=require',
      dataDir: '/var/data',
      jwtSecret: SECRET,
      encryptionKeys: [SECRET, `${SECRET}b`],
      redisUrl: 'rediss://cache:6380/1',
      role: 'worker',
      metricsToken: 'scrape',
      publicUrl: 'https://prism.example',
      trustProxy: ['10.0.0.0/8', '2001:db8::1'],
      corsOrigins: ['https://a.example', 'http://localhost:5173'],
      logLevel: 'debug',
      offline: true,
      drainSeconds: 0,
      journalFsync: true,
    });
    expect(Object.isFrozen(env)).toBe(true);
  });

  test('all that is wrong is said at once, in one line each', () => {
    const wrong = {
      NODE_ENV: 'prod',
      PORT: '70000',
      HOST: 'http://localhost',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      JWT_SECRET: 'short',
      ENCRYPTION_KEY: ',',
      REDIS_URL: 'localhost:6379',
      PRISM_ROLE: 'boss',
      METRICS_TOKEN: 'two words',
      PUBLIC_URL: 'https://a.example/',
      TRUST_PROXY: '10.0.0.0/33',
      CORS_ORIGINS: 'https://a.example/path',
      LOG_LEVEL: 'loud',
      OFFLINE: 'maybe',
      PRISM_DRAIN_SECONDS: '-1',
      PRISM_JOURNAL_FSYNC: 'yes',
    };
    const found = problems(wrong);
    expect(Object.keys(found)).toEqual(Object.keys(wrong));
    expect(found['PORT']).toBe('is "70000"; must be a whole number from 0 to 65535, for example 3000');
    expect(found['PRISM_ROLE']).toBe('is "boss"; must be one of full, control, worker');
    expect(new EnvError([{ variable: 'PORT', message: 'is odd' }]).message).toBe(
      'The environment is not valid:\n  PORT is odd',
    );
  });

  test('no message repeats a secret', () => {
    const secret = 'hunter2hunter2';
    const found = problems({
      DATABASE_URL: `mysql://root:${secret}@db/x`,
      REDIS_URL: `http://:${secret}@cache`,
      JWT_SECRET: secret,
      ENCRYPTION_KEY: secret,
      METRICS_TOKEN: `${secret} ${secret}`,
    });
    expect(Object.keys(found)).toHaveLength(5);
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  test.each([
    ['change-me-change-me-change-me-change-me', 'is a placeholder'],
    ['your-super-secret-jwt-key-at-least-32-chars', 'is a placeholder'],
    ['0123456789abcdef0123456789abcdef', 'is a placeholder'],
    ['REPLACE_WITH_A_LONG_RANDOM_STRING_OF_YOURS', 'is a placeholder'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'is too regular'],
    ['q7Gm2xVbN4kRt9wPzLs0YhJc6uDf1Ea', 'has 31 characters'],
  ])('the secret %s is refused', (secret, reason) => {
    const found = problems({ JWT_SECRET: secret, ENCRYPTION_KEY: `${SECRET},${secret}` });
    expect(found['JWT_SECRET']).toContain(reason);
    expect(found['ENCRYPTION_KEY']).toContain(`key 2 ${reason}`);
  });

  test('a generated secret is always taken', () => {
    for (let round = 0; round < 500; round += 1)
      expect(problems({ JWT_SECRET: generateSecret() })).toEqual({});
  });

  test('production with a database of its own must be given its secrets', () => {
    const own = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/prism' };
    expect(Object.keys(problems(own))).toEqual(['JWT_SECRET', 'ENCRYPTION_KEY']);
    expect(Object.keys(problems({ ...own, PORT: 'x', JWT_SECRET: SECRET }))).toEqual([
      'PORT',
      'ENCRYPTION_KEY',
    ]);
    expect(problems({ ...own, JWT_SECRET: SECRET, ENCRYPTION_KEY: SECRET })).toEqual({});
    expect(problems({ NODE_ENV: 'production' })).toEqual({});
    expect(problems({ DATABASE_URL: 'postgres://db/prism' })).toEqual({});
  });

  test('browsers send credentials, so CORS_ORIGINS takes no wildcard', () => {
    expect(problems({ CORS_ORIGINS: '*' })['CORS_ORIGINS']).toContain('may not hold *');
    expect(problems({ CORS_ORIGINS: 'https://*.example.com' })['CORS_ORIGINS']).toContain('may not hold *');
  });

  test('whatever is set, the answer is an environment or a list of problems', () => {
    const names = [
      'PORT',
      'HOST',
      'DATABASE_URL',
      'JWT_SECRET',
      'ENCRYPTION_KEY',
      'REDIS_URL',
      'PRISM_ROLE',
      'CORS_ORIGINS',
      'OFFLINE',
    ];
    const source = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl(), fc.nat().map(String)),
    );
    fc.assert(
      fc.property(source, (variables) => {
        try {
          const env = parseEnv(variables);
          expect(env.port).toBeGreaterThanOrEqual(0);
          expect(env.port).toBeLessThanOrEqual(65_535);
          expect(env.corsOrigins).not.toContain('*');
        } catch (error) {
          expect(error).toBeInstanceOf(EnvError);
        }
      }),
    );
  });
});

describe('loadEnv', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'prism-env-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  test('secrets are generated once, into files that only we may read', () => {
    const dataDir = join(directory, 'data');
    const first = loadEnv({ PRISM_DATA_DIR: dataDir });
    expect(loadEnv({ PRISM_DATA_DIR: dataDir })).toEqual(first);
    expect(first.jwtSecret).not.toBe(first.encryptionKeys[0]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    for (const file of ['jwt-secret', 'encryption-key']) {
      expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
    }
  });

  test('secrets that are given leave the data directory alone', () => {
    const dataDir = join(directory, 'data');
    const env = loadEnv({ PRISM_DATA_DIR: dataDir, JWT_SECRET: SECRET, ENCRYPTION_KEY: SECRET });
    expect(env).toMatchObject({ jwtSecret: SECRET, encryptionKeys: [SECRET] });
    expect(existsSync(dataDir)).toBe(false);
  });

  test('a rotated key of the data directory brings the older ones along', () => {
    const { encryptionKeys } = loadEnv({ PRISM_DATA_DIR: directory });
    const file = join(directory, 'encryption-key');
    writeFileSync(file, `${SECRET},${readFileSync(file, 'utf8')}`);
    expect(loadEnv({ PRISM_DATA_DIR: directory }).encryptionKeys).toEqual([SECRET, ...encryptionKeys]);
  });

  test('a data directory that cannot be one is named', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => loadEnv({ PRISM_DATA_DIR: file })).toThrow(/PRISM_DATA_DIR must be a directory/);
  });
});
