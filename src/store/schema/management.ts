/** Tables of migration 5, as Kysely sees them. */

export interface ManagementSchema {}
