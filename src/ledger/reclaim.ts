/** Asks all gateways to give back what they do not hold for running requests, and waits a moment for it. */
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';

/** A living gateway answers within some milliseconds; one that does not is not waited for. */
const patienceMs = 1_500;
const lookEveryMs = 25;

/** Returns when `units` of the pot are free, or nobody gives back more. */
export async function reclaim(store: Pick<Store, 'db'>, pot: string, units: bigint, clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + patienceMs;
  if (await isFree(store, pot, units)) return;
  await sql`UPDATE leases SET recalled = true WHERE pot_id = ${pot} AND closed_at IS NULL`.execute(store.db);
  await sql`SELECT pg_notify('tollgate_leases', current_schema() || ':' || ${pot})`.execute(store.db);
  while (clock.monotonicMs() < until) {
    await wait(lookEveryMs);
    if (await isFree(store, pot, units)) return;
    const { rows } = await sql`SELECT 1 FROM leases WHERE pot_id = ${pot} AND closed_at IS NULL AND recalled`.execute(
      store.db,
    );
    if (rows.length === 0) return;
  }
}

async function isFree(store: Pick<Store, 'db'>, pot: string, units: bigint): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM pots WHERE id = ${pot} AND granted_units - held_units < ${String(units)}::bigint`.execute(store.db);
  return rows.length === 0;
}
