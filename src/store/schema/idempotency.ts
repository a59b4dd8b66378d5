/** Tables of migration 6, as Kysely sees them. */
import type { Generated } from 'kysely';

export interface IdempotencySchema {
  readonly idempotent_requests: IdempotentRequestTable;
}

/** A request that came under an `Idempotency-Key`. */
export interface IdempotentRequestTable {
  /** Hex SHA-256 of organization, key and `Idempotency-Key`. */
  readonly id: string;
  readonly organization_id: string;
  readonly key_id: string;
  /** Of the request that ran: the name of its usage row, and whoever ends the claim must know it. */
  readonly request_id: string;
  readonly instance: string;
  /** A keyed hash of what was asked. */
  readonly fingerprint: string;
  readonly state: 'running' | 'done' | 'interrupted' | 'too-large';
  /** Sealed with a key that only the caller has; null unless done. */
  readonly answer: Buffer | null;
  readonly heartbeat_at: Generated<Date>;
  readonly created_at: Generated<Date>;
  readonly expires_at: Generated<Date>;
}
