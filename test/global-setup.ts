/** One Postgres for the whole run: TEST_DATABASE_URL, or an embedded one that lives as long as the run. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { openEmbeddedPostgres } from '../src/store/embedded/embedded.ts';
import { provideDatabases, runSql } from './database-template.ts';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) return provideDatabases(project, external);
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-test-'));
  // Under root the server is another user's, who has to pass through.
  chmodSync(dataDir, 0o711);
  const postgres = await openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  const { host, user, password, database } = postgres.address.config;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  const url = `postgres://${login}@/${database}?host=${encodeURIComponent(String(host))}`;
  for (const setting of settings) await runSql(url, `ALTER SYSTEM SET ${setting}`);
  await runSql(url, 'SELECT pg_reload_conf()');
  await provideDatabases(project, url);
  return async () => {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** Nothing of it has to survive the machine, so no write waits for the disk; and no table lives long enough to be tidied. */
const settings = ['fsync = off', 'full_page_writes = off', 'autovacuum = off'];
