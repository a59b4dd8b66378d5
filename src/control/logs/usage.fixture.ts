/** Rows of usage for tests: everything that a row needs, and what a test says of it. */
import { type Insertable, sql } from 'kysely';
import { newId } from '../../lib/id.ts';
import type { UsageTable } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

const basics = {
  instance: 'i',
  operation: 'chat',
  status: 'completed',
  http_status: 200,
  key_id: 'key_x',
  organization_id: 'org_x',
  requested_model: 'main',
  served_model: 'acme/small',
  client_dialect: 'openai-chat',
  stream: false,
  input_tokens: 10,
  output_tokens: 5,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  thinking_tokens: 0,
  audio_input_tokens: 0,
  audio_output_tokens: 0,
  web_searches: 0,
  estimated: false,
  recovered: false,
  flags: [],
  cost_nano_usd: 1_000n,
  charge_nano_usd: 1_000n,
  house_cost_nano_usd: 0n,
  total_ms: 12.5,
  overhead_ms: 0.5,
  attempts: '[]',
  dropped: [],
  snapshot_version: 1,
  tags: [],
};

export type Made = Partial<Insertable<UsageTable>>;

/** Gives its id. */
export async function makeUsage(db: Store['db'], made: Made, atMs: number): Promise<string> {
  const row = {
    request_id: newId('req', atMs),
    started_at: new Date(atMs),
    settled_at: new Date(atMs + 12),
    ...basics,
    ...made,
  };
  await db.insertInto('usage').values(row).execute();
  // As a posting does, in its own transaction: what is there and not yet added up.
  await sql`INSERT INTO usage_batches (since, until, ids)
    VALUES (${row.started_at}, ${row.started_at}, ARRAY[${row.request_id}])`.execute(db);
  return row.request_id;
}
