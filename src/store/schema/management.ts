/** Tables of migration 5, as Kysely sees them. */

export interface ManagementSchema {
  readonly api_answers: ApiAnswerTable;
}

/** What a write with an Idempotency-Key answered, or that one is running. */
interface ApiAnswerTable {
  readonly organization_id: string;
  /** Hex SHA-256 of the Idempotency-Key. */
  readonly hash: string;
  /** Hex SHA-256 of method, path and body. */
  readonly request_hash: string;
  /** Whose run it is. */
  readonly claim: string;
  /** A run that has not answered by then has ended without a word. */
  readonly claimed_until: Date;
  /** Sealed; null while it runs. */
  readonly answer: Buffer | null;
  readonly expires_at: Date;
}
