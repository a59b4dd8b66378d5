import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 300_000, hookTimeout: 600_000 } as const;

/** Suites that need more than Node: real Postgres and Redis servers, the official SDKs of two languages, command-line agents. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'clients',
          // Agents run two at a time.
          maxConcurrency: 2,
          include: ['test/services/**/*.test.ts'],
          exclude: ['test/services/{postgres,redis}/**'],
          globalSetup: ['test/harness/after-all.ts', 'test/global-setup.ts', 'test/services/setup.ts'],
        },
      },
      {
        // On a Redis or Valkey server of the system.
        test: {
          ...shared,
          name: 'redis',
          include: ['test/services/redis/**/*.test.ts'],
          globalSetup: ['test/harness/after-all.ts', 'test/global-setup.ts'],
        },
      },
      {
        // The same tests as in `npm test`, on the system's Postgres instead of the embedded one.
        test: {
          ...shared,
          name: 'postgres',
          include: [
            'src/{control,journal,ledger,snapshot,store}/**/*.test.ts',
            'test/{faults,harness,limits}/**/*.test.ts',
            'test/money/{export,histories,planted-faults,sequences,verify,windows}.test.ts',
            'test/services/postgres/**/*.test.ts',
            'test/command-line.test.ts',
          ],
          exclude: ['src/store/embedded/**', 'test/faults/database-away.test.ts'],
          globalSetup: ['test/harness/after-all.ts', 'test/services/postgres-server.ts'],
        },
      },
    ],
  },
});
