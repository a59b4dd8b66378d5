/** Where a check of the books may go on: everything before it was read and found right. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import type { Sums } from './books.ts';
import type { Head } from './chain.ts';

export interface Checkpoint {
  readonly head: Head;
  readonly sums: Sums;
  readonly transfers: number;
  readonly entries: number;
  /** By the database's clock, as the database writes it: the moment of which all this is true. */
  readonly verifiedAt: string;
}

interface Row {
  readonly seq: number;
  readonly hash: string;
  readonly sums: Readonly<Record<string, string>>;
  readonly transfers: number;
  readonly entries: number;
  readonly verified_at: string;
}

/** Everything is read again this often: what was changed behind a checkpoint is found then. */
const fullEveryHours = 24;

/** Undefined: everything has to be read. */
export async function freshCheckpoint(db: Store['db']): Promise<Checkpoint | undefined> {
  const { rows } = await sql<Row>`
    SELECT seq, hash, sums, transfers, entries, verified_at::text AS verified_at FROM ledger_checkpoint
    WHERE full_at > now() - make_interval(hours => ${fullEveryHours})`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { seq, hash, sums, transfers, entries, verified_at: verifiedAt } = row;
  const amounts = Object.entries(sums).map(([account, amount]) => [account, BigInt(amount)] as const);
  return { head: { seq, hash }, sums: new Map(amounts), transfers, entries, verifiedAt };
}

/** `isFull`: nothing was left out on the way to it. */
export async function keepCheckpoint(db: Store['db'], checkpoint: Checkpoint, isFull: boolean): Promise<void> {
  const { head, sums, transfers, entries, verifiedAt } = checkpoint;
  const amounts = JSON.stringify(Object.fromEntries([...sums].map(([account, amount]) => [account, String(amount)])));
  await sql`
    INSERT INTO ledger_checkpoint (seq, hash, sums, transfers, entries, verified_at, full_at)
    VALUES (${head.seq}, ${head.hash}, ${amounts}::jsonb, ${transfers}, ${entries}, ${verifiedAt}::timestamptz, now())
    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, sums = excluded.sums,
      transfers = excluded.transfers, entries = excluded.entries, verified_at = excluded.verified_at,
      full_at = CASE WHEN ${isFull} THEN excluded.full_at ELSE ledger_checkpoint.full_at END`.execute(db);
}

export async function databaseTime(db: Store['db']): Promise<string> {
  const { rows } = await sql<{ at: string }>`SELECT now()::text AS at`.execute(db);
  return rows[0]?.at ?? '';
}
