import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Within a transaction: waits for others that hold the thing of this name, and keeps them waiting until its end. */
export async function holdThing(db: Kysely<Schema>, name: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${name}, 0))`.execute(db);
}
