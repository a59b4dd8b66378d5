/**
 * What writes of the management API under an `Idempotency-Key` answered. Whoever inserts the row has the claim. All
 * times are the database's own.
 */
import { sql } from 'kysely';
import type { Store } from './store.ts';

/** A run that has not ended by then never will: its process is gone. No handler takes half as long. */
const claimed = sql`interval '2 minutes'`;
const kept = sql`interval '24 hours'`;
/** Expired rows that one claim deletes on its way. */
const sweepMax = 100;

export interface AnswerClaim {
  readonly organizationId: string;
  /** Hex SHA-256 of the Idempotency-Key. */
  readonly hash: string;
  /** Of method, path and body. */
  readonly requestHash: string;
  /** Of this run alone. */
  readonly claim: string;
}

export interface HeldAnswer {
  readonly requestHash: string;
  /** Null while it runs. */
  readonly answer: Buffer | null;
}

/** Undefined: taken by this call. Of many that come at once, Postgres lets one in. */
export async function claimAnswer(db: Store['db'], ask: AnswerClaim): Promise<HeldAnswer | undefined> {
  await sql`DELETE FROM api_answers WHERE (organization_id, hash) IN (
    SELECT organization_id, hash FROM api_answers WHERE expires_at <= now() LIMIT ${sweepMax} FOR UPDATE SKIP LOCKED)`.execute(
    db,
  );
  const taken = await sql`INSERT INTO api_answers AS held
      (organization_id, hash, request_hash, claim, claimed_until, expires_at)
    VALUES (${ask.organizationId}, ${ask.hash}, ${ask.requestHash}, ${ask.claim}, now() + ${claimed}, now() + ${kept})
    ON CONFLICT (organization_id, hash) DO UPDATE SET request_hash = excluded.request_hash, claim = excluded.claim,
      claimed_until = excluded.claimed_until, expires_at = excluded.expires_at, answer = NULL
    WHERE held.expires_at <= now() OR (held.answer IS NULL AND held.claimed_until <= now())
    RETURNING 1`.execute(db);
  if (taken.rows.length > 0) return undefined;
  const found = await db
    .selectFrom('api_answers')
    .select(['request_hash as requestHash', 'answer'])
    .where('organization_id', '=', ask.organizationId)
    .where('hash', '=', ask.hash)
    .executeTakeFirst();
  // Gone in between: the run that held it failed just now.
  return found ?? { requestHash: ask.requestHash, answer: null };
}

/** False: the claim was lost meanwhile, and somebody else ran the same. */
export async function keepAnswer(db: Store['db'], ask: AnswerClaim, answer: Buffer): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_answers')
    .set({ answer })
    .where('organization_id', '=', ask.organizationId)
    .where('hash', '=', ask.hash)
    .where('claim', '=', ask.claim)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** As if it had never been asked: a request that failed may be sent again. */
export async function releaseAnswer(db: Store['db'], ask: AnswerClaim): Promise<void> {
  await db
    .deleteFrom('api_answers')
    .where('organization_id', '=', ask.organizationId)
    .where('hash', '=', ask.hash)
    .where('claim', '=', ask.claim)
    .where('answer', 'is', null)
    .execute();
}
