import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node itself would resolve: vite would add "development", and a package that has a build of its own for it
  // (graphql) would be loaded twice, once through vite and once by the packages that import it.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    testTimeout: 15_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'web/src/**/*.test.ts'] },
      },
      {
        extends: true,
        // Real PostgreSQL, sockets, processes: test/kit/database.ts hands out databases.
        test: { name: 'integration', include: ['test/**/*.test.ts'], globalSetup: 'test/kit/postgres.ts' },
      },
    ],
  },
});
