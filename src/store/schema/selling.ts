/** Tables of migration 8, as Kysely sees them. */

export type SellingSchema = {};
