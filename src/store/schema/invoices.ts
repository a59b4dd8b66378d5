/** Tables of migration 9, as Kysely sees them. */

export type InvoicesSchema = {};
