/**
 * Answers of a batch that are in usage already. Whoever reads the results makes a settlement of each answer, under the
 * answer's own id and at the time of reading: so the time cannot tell that it is the same one.
 */
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

const itemId = /"requestId":"(req_batch_[0-9a-f]+)"/;

/** `db` is a transaction: until its end nobody else brings such answers. */
export async function withoutKnownItems(
  db: Kysely<Schema>,
  settlements: readonly string[],
): Promise<readonly string[]> {
  const ids = settlements.map((text) => itemId.exec(text)?.[1]);
  const asked = ids.filter((id) => id !== undefined);
  if (asked.length === 0) return settlements;
  await sql`SELECT pg_advisory_xact_lock(hashtext('batch-items'), hashtext(current_schema()))`.execute(db);
  const rows = await db.selectFrom('usage').select('request_id').where('request_id', 'in', asked).execute();
  const known = new Set(rows.map(({ request_id }) => request_id));
  return settlements.filter((_text, i) => {
    const id = ids[i];
    if (id === undefined) return true;
    const isNew = !known.has(id);
    known.add(id);
    return isNew;
  });
}
