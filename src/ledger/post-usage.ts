/** Settlements of the journal become rows of usage, transfers and released leases: all in one transaction, or nothing. */
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { insertUsage } from '../store/usage-insert.ts';

/** Each settlement is a JSON object as the journal writes it. Those whose request id is there are skipped. */
export function postUsage(db: Store['db'], settlements: readonly string[]): Promise<void> {
  if (settlements.length === 0) return Promise.resolve();
  return db.transaction().execute(async (transaction) => {
    const ids = await insertUsage(transaction, settlements);
    if (ids.length === 0) return;
    await sql`SELECT post_usage(${ids}::text[], ${holdsOf(settlements)}::jsonb)`.execute(transaction);
  });
}

/** `[{"request": "req_…", "leases": [1, 2]}]`, for the few that were held on leases. */
function holdsOf(settlements: readonly string[]): string {
  const held = settlements.filter((text) => text.includes('"leases":['));
  return JSON.stringify(
    held.map((text) => {
      const { requestId, leases } = JSON.parse(text) as { requestId: string; leases?: readonly number[] };
      return { request: requestId, leases: leases ?? [] };
    }),
  );
}
