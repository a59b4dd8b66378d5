/** Steps of instances and their leases: what is free goes back, or the instance is gone. */
import { sql } from 'kysely';
import { postUsage } from '../../../src/ledger/post-usage.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Only, RunOptions } from './turn.ts';

/** What nothing runs on goes back; a lease may be closed with it. */
export async function giveBack(turns: readonly Only<'give-back'>[], { db }: Store): Promise<void> {
  const gifts = turns.flatMap(({ world, command }) => {
    const { name } = world.instance(command.instance);
    return [...world.books.leases.values()]
      .filter((lease) => lease.open && lease.instance === name && world.free(lease) >= 0n)
      .map((lease) => {
        const units = world.free(lease);
        const idle = world.holds.every(({ leases }) => !leases.includes(lease));
        const close = command.close && idle;
        world.books.giveBack(lease, units);
        if (close) world.books.close(lease);
        return { id: String(lease.id), units: String(units), close };
      });
  });
  if (gifts.length === 0) return;
  // Said twice, as when the first answer is lost: the second time the lease has another version, and nothing happens.
  await sql`
    SELECT (SELECT count(*) FROM return_units(gifts.id, units, and_close, version)),
      (SELECT count(*) FROM return_units(gifts.id, units, and_close, version))
    FROM unnest(${gifts.map(({ id }) => id)}::bigint[], ${gifts.map(({ units }) => units)}::bigint[],
      ${gifts.map(({ close }) => close)}::bool[]) AS gifts(id, units, and_close)
      JOIN leases ON leases.id = gifts.id`.execute(db);
}

const leasesOf = ({ world, command }: Only<'expire'> | Only<'crash'>) => {
  const { name } = world.instance(command.instance);
  return [...world.books.leases.values()].filter(({ open, instance }) => open && instance === name);
};

/** An instance is not heard of until its leases have expired and the grace is over; what it settles comes late. */
export async function expire(turns: readonly Only<'expire'>[], { db }: Store): Promise<void> {
  const gone = turns.flatMap(leasesOf);
  if (gone.length === 0) return;
  await sql`UPDATE leases SET expires_at = now() - interval '20 minutes'
    WHERE id = ANY (${gone.map(({ id }) => String(id))}::bigint[])`.execute(db);
  const { rows } = await sql<{ closed: number }>`
    SELECT close_leases('{}', '', '10 minutes') AS closed`.execute(db);
  if (rows[0]?.closed !== gone.length) throw new Error(`${rows[0]?.closed} leases were closed, not ${gone.length}`);
  for (const [i, turn] of turns.entries()) {
    for (const lease of leasesOf(turn)) turns[i]?.world.books.close(lease);
  }
}

/** An instance dies: its journal is replayed, which settles what ran at what is known of it, and then its leases end. */
export async function crash(turns: readonly Only<'crash'>[], { store }: RunOptions): Promise<void> {
  const texts = turns.flatMap(({ world, command }) => {
    const { name } = world.instance(command.instance);
    return world.holds
      .filter((each) => each.instance === name)
      .map((each) => world.settle(each, (each.units * BigInt(command.percent)) / 100n));
  });
  await postUsage(store.db, texts);
  const names = turns.map(({ world, command }) => world.instance(command.instance).name);
  const gone = turns.flatMap(leasesOf);
  const { rows } = await sql<{ closed: number }>`
    SELECT close_leases(${names}::text[], 'the next boot', '10 minutes') AS closed`.execute(store.db);
  if (rows[0]?.closed !== gone.length) throw new Error(`${rows[0]?.closed} leases were closed, not ${gone.length}`);
  for (const turn of turns) {
    for (const lease of leasesOf(turn)) turn.world.books.close(lease);
    turn.world.instance(turn.command.instance).boot++;
  }
}
