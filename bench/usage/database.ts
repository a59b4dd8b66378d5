/** An embedded Postgres of the bench's own, as the product starts it. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openEmbeddedPostgres } from '../../src/store/embedded/embedded.ts';

export interface BenchDatabase {
  readonly url: string;
  readonly isNew: boolean;
  stop(): Promise<void>;
}

/** `keep`: where it stays, and is taken up again; without it, it goes with the bench. */
export async function startDatabase(keep?: string): Promise<BenchDatabase> {
  const dataDir = keep ?? mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const isNew = !existsSync(join(dataDir, 'postgres'));
  mkdirSync(dataDir, { recursive: true });
  // Under root the server is another user's, who has to pass through.
  chmodSync(dataDir, 0o711);
  const postgres = await openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  const { host, user, password, database } = postgres.address.config;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  return {
    url: `postgres://${login}@/${database}?host=${encodeURIComponent(String(host))}`,
    isNew,
    async stop() {
      await postgres.close();
      if (keep === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
