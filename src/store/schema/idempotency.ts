/** Tables of migration 6, as Kysely sees them. */

export interface IdempotencySchema {}
