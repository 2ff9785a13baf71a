import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Each worker runs the whole product, some twice, and one PostgreSQL serves them all (test/kit/postgres.ts). */
const MOST_WORKERS = 8;

export default defineConfig({
  // As Node itself would resolve: vite would add "development", and a package that has a build of its own for it
  // (graphql) would be loaded twice, once through vite and once by the packages that import it.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    // vitest itself hardly works while the workers do, so it needs no processor of its own.
    maxWorkers: Math.min(availableParallelism(), MOST_WORKERS),
    // How long something may take on a machine that is busy says nothing about the program: these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 120_000,
    // Workers, and the programs that they start, find compiled what others of this run have loaded before.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/prism/compiled') },
    expect: { poll: { timeout: 60_000, interval: 20 } },
    projects: [
      {
        extends: true,
        // Pure code keeps nothing between files, and a process for each of them would take longer than its tests.
        test: { name: 'unit', include: ['src/**/*.test.ts', 'web/src/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        // Real PostgreSQL, sockets, processes: test/kit/database.ts hands out databases.
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/kit/postgres.ts',
          // Processes, browsers and a database share two processors there; the report names what needed its second go.
          retry: process.env['CI'] ? 1 : 0,
        },
      },
    ],
  },
});
