/** How much of an organization's prompts and answers is kept at this moment, without opening any of it. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';

/** Counting on would read an index without end; a page says "more than" from there. */
export const countedMax = 10_000;
const keysMax = 200;

export interface KeptNow {
  readonly requests: number;
  readonly isMore: boolean;
  /** Of the oldest one that is kept. */
  readonly oldestMs: number | undefined;
  /** When the key under which they lie was made; undefined: there is none, so nothing can be read. */
  readonly keyMadeMs: number | undefined;
  /** Keys that say something else than their organization. */
  readonly keys: readonly { readonly id: string; readonly name: string; readonly content: 'keep' | 'none' }[];
}

/** Throws StoreError. */
export async function readKept(db: Store['db'], organizationId: string, nowMs: number): Promise<KeptNow> {
  const [key, keys] = await Promise.all([
    db
      .selectFrom('content_keys')
      .select(['id', 'created_at'])
      .where('organization_id', '=', organizationId)
      .executeTakeFirst(),
    db
      .selectFrom('keys')
      .select(['id', 'name', 'content'])
      .where('organization_id', '=', organizationId)
      .where('content', 'is not', null)
      .where('revoked_at', 'is', null)
      .orderBy('name')
      .limit(keysMax)
      .execute(),
  ]);
  const said = keys.flatMap(({ content, ...each }) => (content === null ? [] : [{ ...each, content }]));
  if (key === undefined) return { requests: 0, isMore: false, oldestMs: undefined, keyMadeMs: undefined, keys: said };
  // Ids begin with the time, so that the first one is the oldest.
  const { rows } = await sql<{ counted: number; oldest: Date | null }>`
    SELECT count(*)::int AS counted, min(started_at) AS oldest FROM (
      SELECT started_at FROM contents
      WHERE organization_id = ${organizationId} AND content_key_id = ${key.id} AND expires_at > ${new Date(nowMs)}
      ORDER BY request_id LIMIT ${countedMax + 1}
    ) AS kept`.execute(db);
  const { counted = 0, oldest = null } = rows[0] ?? {};
  return {
    requests: Math.min(counted, countedMax),
    isMore: counted > countedMax,
    oldestMs: oldest?.getTime(),
    keyMadeMs: key.created_at.getTime(),
    keys: said,
  };
}
