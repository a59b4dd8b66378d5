import { defineConfig } from 'vitest/config';

/** Journeys through the dashboard: the real server, and the system's Chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/harness/after-all.ts', 'test/global-setup.ts'],
    // A test that hangs; a busy machine may take ten times as long as a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // One Chromium and one server are enough for a small machine.
    maxWorkers: 1,
  },
});
