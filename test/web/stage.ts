import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from '../../src/env.ts';
import { openLog } from '../../src/log.ts';
import { startPrism } from '../../src/prism.ts';
import { createTestDatabase } from '../kit/database.ts';
import { CHEAP } from '../kit/passwords.ts';

/** Where the built console lies. */
export const BUILD = join(import.meta.dirname, '../../web/build');

/** The real server on an empty database: nobody has set it up yet. */
export interface Stage {
  readonly url: string;
  stop(): Promise<void>;
}

/** `prepare`: puts history into the database before the server starts. */
export async function openStage(prepare?: (databaseUrl: string) => Promise<void>): Promise<Stage> {
  if (!existsSync(join(BUILD, 'index.html'))) {
    throw new Error('The console is not built: npm test builds it, or run node_modules/.bin/vite build web');
  }
  const database = await createTestDatabase();
  await prepare?.(database.url);
  const dataDir = mkdtempSync(join(tmpdir(), 'prism-web-'));
  const values = parseEnv({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    PRISM_DATA_DIR: dataDir,
    JWT_SECRET: 'a secret for tests that is long enough',
    ENCRYPTION_KEY: 'another-secret-for-tests-that-is-long-enough',
  });
  const { jwtSecret, encryptionKeys } = values;
  if (jwtSecret === null || encryptionKeys === null)
    throw new Error('the secrets of the test were not taken');
  const env = { ...values, jwtSecret, encryptionKeys };
  const prism = await startPrism(env, openLog('silent'), 'test', { passwords: { cost: CHEAP } });
  return {
    url: prism.url,
    async stop() {
      await prism.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
