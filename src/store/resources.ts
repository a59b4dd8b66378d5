/** Files and batches that providers keep, and whose they are. */
import { sql } from 'kysely';
import type { BatchAsk, Resource, ResourceKind } from '../llm/operation.ts';
import type { ResourceTable } from './schema.ts';
import type { Store } from './store.ts';

export interface ListOptions {
  readonly kind: ResourceKind;
  readonly organizationId: string;
  readonly limit: number;
  /** Only those behind this one. */
  readonly after?: string;
  readonly ascending?: boolean;
}

/** Both throw StoreError. */
export function storedResources(store: Store) {
  const all = () => store.db.selectFrom('resources').selectAll();
  return {
    /** The newest, where two providers use the same id. */
    async find(kind: ResourceKind, id: string, organizationId: string): Promise<Resource | undefined> {
      const row = await all()
        .where('kind', '=', kind)
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .orderBy('created_at', 'desc')
        .executeTakeFirst();
      return row && toResource(row as Row);
    },

    /** Newest first, without those that were deleted. */
    async list({ kind, organizationId, limit, after, ascending }: ListOptions): Promise<readonly Resource[]> {
      const order = ascending === true ? 'asc' : 'desc';
      let query = all()
        .where('kind', '=', kind)
        .where('organization_id', '=', organizationId)
        .where('deleted', '=', false)
        .orderBy('created_at', order)
        .orderBy('id', order)
        .limit(limit);
      const last = after === undefined ? undefined : await this.find(kind, after, organizationId);
      if (last !== undefined) {
        const at = new Date(last.createdAtMs);
        query = query.where((where) =>
          where(where.refTuple('created_at', 'id'), ascending === true ? '>' : '<', where.tuple(at, last.id)),
        );
      }
      return (await query.execute()).map((row) => toResource(row as Row));
    },

    /** Batches that were begun after `sinceMs`, those that are over too, but behind the others. */
    async batchesSince(organizationId: string, sinceMs: number): Promise<readonly Resource[]> {
      const { rows } = await sql<Row>`
        SELECT * FROM resources WHERE organization_id = ${organizationId} AND created_at > ${new Date(sinceMs)}
          AND estimate_nano_usd IS NOT NULL
        ORDER BY settled OR deleted, created_at DESC LIMIT ${batchesMax}`.execute(store.db);
      return rows.map(toResource);
    },
  };
}

/** Of one organization: who has more of them has no more money for another one. */
const batchesMax = 10_000;

type Row = Omit<ResourceTable, 'deleted'> & {
  readonly deleted: boolean;
  readonly asks: readonly BatchAsk[] | null;
  readonly estimate_nano_usd: bigint | null;
  readonly estimate_tokens: number | null;
  readonly settled: boolean;
};

function toResource(row: Row): Resource {
  return {
    kind: row.kind as ResourceKind,
    id: row.id,
    credential: row.credential,
    organizationId: row.organization_id,
    keyId: row.key_id,
    createdAtMs: row.created_at.getTime(),
    deleted: row.deleted,
    ...(row.models !== null && { models: row.models }),
    ...(row.batch_id !== null && { batchId: row.batch_id }),
    ...(row.asks !== null && { asks: row.asks }),
    ...(row.estimate_nano_usd !== null && {
      estimate: { nanoUsd: String(row.estimate_nano_usd), tokens: row.estimate_tokens ?? 0 },
    }),
    settled: row.settled,
  };
}
