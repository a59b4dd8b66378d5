import { defineConfig } from 'vitest/config';

/** Limits for a test that hangs: a machine with other work may take ten times as long as a quiet one. */
const shared = { pool: 'forks', testTimeout: 120_000, hookTimeout: 300_000 } as const;

/** Files that leave a process as they found it share two: the program is loaded twice, instead of by each of them. */
const together = [
  'src/{catalog,dialects,gateway,lib,llm,mock,operations,providers,routing}/**/*.test.ts',
  'dashboard/src/**/*.test.ts',
  'test/{bedrock,gemini,golden,neutral,prefix-cache,recorded,responses,validators}/**/*.test.ts',
  // The others start the real server, which needs a database.
  'test/cases/**/!(process|i-conservation|i-poison).test.ts',
];

export default defineConfig({
  resolve: {
    alias: {
      '@': `${import.meta.dirname}/dashboard/src`,
      '@tollgate/client': `${import.meta.dirname}/client/src/index.ts`,
    },
  },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'together',
          isolate: false,
          include: together,
          globalSetup: ['test/harness/after-all.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'apart',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/services/**', 'test/browser/**', ...together],
          globalSetup: ['test/harness/after-all.ts', 'test/global-setup.ts'],
        },
      },
    ],
  },
});
