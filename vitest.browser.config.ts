import { defineConfig } from 'vitest/config';

/** Journeys through the dashboard: the real server, and the system's Chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One Chromium and one server are enough for a small machine.
    maxWorkers: 1,
  },
});
