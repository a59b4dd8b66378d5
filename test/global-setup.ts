/** One Postgres for the whole run: TEST_DATABASE_URL, or an embedded one that lives as long as the run. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { openEmbeddedPostgres } from '../src/store/embedded/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly databaseUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    project.provide('databaseUrl', external);
    return async () => {};
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-test-'));
  // Under root the server is another user's, who has to pass through.
  chmodSync(dataDir, 0o711);
  const postgres = await openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  const { host, user, password, database } = postgres.address.config;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  project.provide('databaseUrl', `postgres://${login}@/${database}?host=${encodeURIComponent(String(host))}`);
  return async () => {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
