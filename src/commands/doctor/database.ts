/** Opens the database as `serve` would, and asks it for its version and the time. */

import type { Config } from '../../config.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { StoreError } from '../../store/error.ts';
import { type Context, openConfiguredStore } from '../context.ts';
import { CommandFailure } from '../outcome.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface DatabaseCheck {
  readonly finding: Finding;
  /** How far this machine's clock is ahead of it; absent for an embedded one. */
  readonly driftMs?: number;
}

export async function checkDatabase(context: Context, config: Config): Promise<DatabaseCheck> {
  try {
    const store = await openConfiguredStore(context, config, silentLog);
    try {
      const startedMs = systemClock.monotonicMs();
      const { version, now } = await store.db
        .selectNoFrom((eb) => [
          eb.fn<string>('current_setting', [eb.val('server_version')]).as('version'),
          eb.fn<Date>('clock_timestamp', []).as('now'),
        ])
        .executeTakeFirstOrThrow();
      const tookMs = systemClock.monotonicMs() - startedMs;
      const driftMs = systemClock.nowMs() - tookMs / 2 - now.getTime();
      const where = `${store.mode} Postgres ${version} at ${store.place}`;
      const finding =
        store.rowGuard === 'none'
          ? unguarded(where)
          : ok('database', `${where}, schema "${store.schema}" is up to date`);
      return store.mode === 'embedded' ? { finding } : { finding, driftMs };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreError || error instanceof CommandFailure) {
      return { finding: fail('database', error.message, error.remedy) };
    }
    throw error;
  }
}

function unguarded(where: string): Finding {
  return warn(
    'database',
    `${where}: its user bypasses row-level security, so that queries alone keep organizations apart`,
    'Give DATABASE_URL a user without SUPERUSER and BYPASSRLS, or let it make roles (CREATEROLE).',
  );
}
