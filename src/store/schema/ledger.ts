/** Tables of migration 4, as Kysely sees them. */

export interface LedgerSchema {}
