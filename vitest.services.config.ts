import { defineConfig } from 'vitest/config';

/** Suites that need more than Node: a real Postgres server, the official SDKs, command-line agents. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts', 'test/services/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: true,
  },
});
