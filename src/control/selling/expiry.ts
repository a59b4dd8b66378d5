/**
 * Credit that has expired goes back to the house. What gateways hold for running requests stays until they are settled:
 * the next sweep takes what is left of it then.
 */
import { sql } from 'kysely';
import { lockLedger, post } from '../../ledger/post.ts';
import { reclaim } from '../../ledger/reclaim.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';

/** More are taken by the next sweep. */
const grantsMax = 2_000;
/** Asking gateways to give back takes a moment each. */
const atOnce = 4;

export interface Swept {
  /** Expired grants that had something left. */
  readonly grants: number;
  readonly takenNanoUsd: bigint;
}

/** May run at several instances at once. By the database's clock. */
export async function expireCredit(store: Pick<Store, 'db'>, clock: Clock): Promise<Swept> {
  const due = await store.db
    .selectFrom('grants')
    .select(['id', 'organization_id', 'remaining_nano_usd'])
    .where('remaining_nano_usd', '>', 0n)
    .where('expires_at', '<=', sql<Date>`now()`)
    .orderBy('expires_at')
    .limit(grantsMax)
    .execute();
  let takenNanoUsd = 0n;
  for (let i = 0; i < due.length; i += atOnce) {
    const taken = due.slice(i, i + atOnce).map(async ({ id, organization_id, remaining_nano_usd }) => {
      await reclaim(store, `wallet:${organization_id}`, remaining_nano_usd, clock);
      return store.db.transaction().execute((db) => takeCreditIn(db, id, clock));
    });
    for (const amount of await Promise.all(taken)) takenNanoUsd += amount;
  }
  return { grants: due.length, takenNanoUsd };
}

/** What is left of a grant and not held goes back. In the caller's transaction. Returns what was taken. */
export async function takeCreditIn(db: Store['db'], grantId: string, clock: Clock): Promise<bigint> {
  await lockLedger(db);
  await sql`SELECT 1 FROM pots p JOIN grants g ON p.id = 'wallet:' || g.organization_id
    WHERE g.id = ${grantId} FOR UPDATE OF p`.execute(db);
  const { rows } = await sql<{ organization_id: string; left_usd: bigint; taken_usd: bigint }>`
    SELECT g.organization_id, g.remaining_nano_usd AS left_usd, least(g.remaining_nano_usd,
      coalesce(credit.posted_nano_usd, 0) - coalesce(pot.held_units, 0)
        + CASE WHEN o.spends = 'credit' THEN 0 ELSE coalesce(wallet.posted_nano_usd, 0) END) AS taken_usd
    FROM grants g JOIN organizations o ON o.id = g.organization_id
      LEFT JOIN accounts credit ON credit.id = 'credit:' || o.id
      LEFT JOIN accounts wallet ON wallet.id = 'wallet:' || o.id
      LEFT JOIN pots pot ON pot.id = 'wallet:' || o.id
    WHERE g.id = ${grantId}`.execute(db);
  const [grant] = rows;
  if (grant === undefined || grant.taken_usd <= 0n) return 0n;
  const { organization_id: organizationId, left_usd: left, taken_usd: taken } = grant;
  await post(
    db,
    {
      kind: 'expiry',
      organizationId,
      // What is left only shrinks, so each sweep of a grant has a key of its own, and a repeated one has the same.
      idempotencyKey: `expire:${grantId}:${left}`,
      entries: [
        { account: `credit:${organizationId}`, amountNanoUsd: -taken },
        { account: 'house:promotions', amountNanoUsd: taken },
      ],
      description: 'Credit that expired',
      reference: { grant: grantId },
    },
    clock,
  );
  await db
    .updateTable('grants')
    .set((set) => ({ remaining_nano_usd: set('remaining_nano_usd', '-', taken) }))
    .where('id', '=', grantId)
    .execute();
  return taken;
}
