/** Transfers with their entries, as people and programs read them. */
import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../store/store.ts';

export interface Transfer {
  readonly id: string;
  readonly kind: string;
  readonly organizationId?: string;
  /** As it is called now. */
  readonly organization?: string;
  readonly idempotencyKey: string;
  readonly requestId?: string;
  readonly description?: string;
  readonly reference?: unknown;
  /** The link of the hash chain that vouches for it. */
  readonly link: number;
  readonly createdAtMs: number;
  /** They sum to nothing. In their order: position 1 first. */
  readonly entries: readonly { readonly account: string; readonly amountNanoUsd: bigint }[];
}

export interface TransferFilter {
  readonly organizationId?: string;
  readonly fromMs?: number;
  /** Before then. */
  readonly toMs?: number;
}

export interface TransferList extends TransferFilter {
  /** Default 50. */
  readonly limit?: number;
  /** The id of the last one on the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listTransfers(db: Store['db'], list: TransferList): Promise<readonly Transfer[]> {
  const { limit = 50, after } = list;
  const older =
    after === undefined
      ? sql`true`
      : sql`(t.created_at, t.id) < (SELECT created_at, id FROM transfers WHERE id = ${after})`;
  return select(db, sql`${matching(list)} AND ${older}`, sql`t.created_at DESC, t.id DESC`, limit);
}

const pageRows = 1_000;

/**
 * All of them in the order in which they were written, page by page; those that come in meanwhile are left out, because
 * they come after the last link that was there.
 */
export async function* pageTransfers(db: Store['db'], filter: TransferFilter): AsyncGenerator<readonly Transfer[]> {
  const { rows } = await sql<{ seq: number }>`SELECT seq FROM ledger_head`.execute(db);
  const last = rows[0]?.seq ?? 0;
  let after = { link: 0, id: '' };
  for (;;) {
    const rest = sql`t.link <= ${last} AND (t.link, t.id) > (${after.link}, ${after.id})`;
    const page = await select(db, sql`${matching(filter)} AND ${rest}`, sql`t.link, t.id`, pageRows);
    if (page.length > 0) yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < pageRows) return;
    after = end;
  }
}

function matching({ organizationId, fromMs, toMs }: TransferFilter): RawBuilder<unknown> {
  return sql.join(
    [
      sql`true`,
      ...(organizationId === undefined ? [] : [sql`t.organization_id = ${organizationId}`]),
      ...(fromMs === undefined ? [] : [sql`t.created_at >= ${new Date(fromMs)}`]),
      ...(toMs === undefined ? [] : [sql`t.created_at < ${new Date(toMs)}`]),
    ],
    sql` AND `,
  );
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly organization_id: string | null;
  readonly organization: string | null;
  readonly idempotency_key: string;
  readonly request_id: string | null;
  readonly description: string | null;
  readonly reference: unknown;
  readonly link: number;
  readonly created_at: Date;
  readonly entries: readonly { readonly account: string; readonly amount: string }[];
}

async function select(
  db: Store['db'],
  where: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
  limit: number,
): Promise<readonly Transfer[]> {
  const { rows } = await sql<Row>`
    SELECT t.*, o.name AS organization, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('account', e.account_id, 'amount', e.amount_nano_usd::text)
        ORDER BY e.position), '[]') FROM entries e WHERE e.transfer_id = t.id
    ) AS entries
    FROM transfers t LEFT JOIN organizations o ON o.id = t.organization_id
    WHERE ${where} ORDER BY ${order} LIMIT ${limit}`.execute(db);
  return rows.map(toTransfer);
}

function toTransfer(row: Row): Transfer {
  return {
    id: row.id,
    kind: row.kind,
    idempotencyKey: row.idempotency_key,
    link: row.link,
    createdAtMs: row.created_at.getTime(),
    entries: row.entries.map(({ account, amount }) => ({ account, amountNanoUsd: BigInt(amount) })),
    ...(row.organization_id !== null && { organizationId: row.organization_id }),
    ...(row.organization !== null && { organization: row.organization }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.description !== null && { description: row.description }),
    ...(row.reference !== null && { reference: row.reference }),
  };
}
