/** Tables of migration 7, as Kysely sees them. */

export type StripeSchema = {};
