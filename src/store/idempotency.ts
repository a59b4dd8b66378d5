/**
 * Requests under an `Idempotency-Key`, and their sealed answers. Whoever inserts the row has the claim; it is ended by
 * whoever knows the id of the request that took it. All times are the database's own.
 */
import { type RawBuilder, sql } from 'kysely';
import type { IdempotentRequestTable } from './schema/idempotency.ts';
import type { Store } from './store.ts';

/** A claim whose instance has said nothing for this long is a dead one's. An instance beats every 10 s. */
const silence = sql`interval '30 seconds'`;

/** A request that runs for longer than its row is kept is never taken from under its owner. */
const expired = sql`kept.expires_at <= now() AND (kept.state <> 'running' OR kept.heartbeat_at <= now() - ${silence})`;

/** Rows that one statement of a sweep deletes. */
const sweepMax = 1_000;
/** Somebody would have to take and release the same key this often within as many statements. */
const triesMax = 10;

export interface StoredClaim {
  /** Hex SHA-256 of organization, key and `Idempotency-Key`. */
  readonly id: string;
  readonly requestId: string;
}

export interface NewClaim extends StoredClaim {
  readonly organizationId: string;
  readonly keyId: string;
  readonly instance: string;
  readonly fingerprint: string;
}

/** Whose claim it is. `interrupted` is also one that runs no more because its instance is gone. */
export interface HeldClaim extends Pick<IdempotentRequestTable, 'fingerprint' | 'state' | 'answer'> {
  readonly requestId: string;
}

/** All throw StoreError, or the driver's own error where a connection breaks under a statement. */
export function storedIdempotency({ db }: Pick<Store, 'db'>) {
  const run = (statement: RawBuilder<unknown>) => statement.execute(db);
  return {
    /** Undefined: taken, by this call. Of a hundred that come at once, Postgres lets one in. */
    async claim(claim: NewClaim): Promise<HeldClaim | undefined> {
      for (let tries = 0; tries < triesMax; tries++) {
        const { rows } = await run(taking(claim));
        if (rows.length > 0) return undefined;
        const held = await sql<HeldClaim>`SELECT request_id AS "requestId", fingerprint, answer,
          CASE WHEN state = 'running' AND heartbeat_at <= now() - ${silence} THEN 'interrupted' ELSE state END AS state
          FROM idempotent_requests WHERE id = ${claim.id}`.execute(db);
        // None: it was released in between, and is free again.
        if (held.rows[0] !== undefined) return held.rows[0];
      }
      throw new Error('an idempotent request is taken and released all the time');
    },

    /** The instance that holds these lives. */
    async beat(claims: readonly StoredClaim[]): Promise<void> {
      const ids = claims.map(({ id }) => id);
      const requestIds = claims.map(({ requestId }) => requestId);
      await run(sql`UPDATE idempotent_requests AS kept SET heartbeat_at = now()
        FROM unnest(${ids}::text[], ${requestIds}::text[]) AS held (id, request_id)
        WHERE kept.id = held.id AND kept.request_id = held.request_id AND kept.state = 'running'`);
    },

    /** The answer is given to whoever asks the same again. */
    async keep({ id, requestId }: StoredClaim, answer: Buffer): Promise<void> {
      await run(sql`UPDATE idempotent_requests SET state = 'done', answer = ${answer}
        WHERE id = ${id} AND request_id = ${requestId} AND state = 'running'`);
    },

    /** There is no answer to give, and the request is not run again. */
    async close({ id, requestId }: StoredClaim, state: 'interrupted' | 'too-large'): Promise<void> {
      await run(sql`UPDATE idempotent_requests SET state = ${state}
        WHERE id = ${id} AND request_id = ${requestId} AND state = 'running'`);
    },

    /** As if the request had never been: the next one runs. */
    async release({ id, requestId }: StoredClaim): Promise<void> {
      await run(sql`DELETE FROM idempotent_requests
        WHERE id = ${id} AND request_id = ${requestId} AND state = 'running'`);
    },

    /** Deletes what is expired. */
    async sweep(): Promise<void> {
      let deleted = sweepMax;
      while (deleted === sweepMax) {
        const { numAffectedRows } = await run(sql`DELETE FROM idempotent_requests WHERE id IN (
          SELECT id FROM idempotent_requests AS kept WHERE ${expired} LIMIT ${sweepMax} FOR UPDATE SKIP LOCKED)`);
        deleted = Number(numAffectedRows);
      }
    },
  };
}

function taking(claim: NewClaim) {
  return sql`INSERT INTO idempotent_requests AS kept
      (id, organization_id, key_id, request_id, instance, fingerprint, state)
    VALUES (${claim.id}, ${claim.organizationId}, ${claim.keyId}, ${claim.requestId}, ${claim.instance},
      ${claim.fingerprint}, 'running')
    ON CONFLICT (id) DO UPDATE SET request_id = excluded.request_id, instance = excluded.instance,
      fingerprint = excluded.fingerprint, state = 'running', answer = NULL, heartbeat_at = excluded.heartbeat_at,
      created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE ${expired}
    RETURNING 1`;
}
