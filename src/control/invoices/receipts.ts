/** A receipt for each payment into a wallet: one transfer, told as a document. */

import { sql } from 'kysely';
import type { StoredParty } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { includedTax } from './amounts.ts';
import { findBuyer, findSeller, type Seller, taxOf } from './parties.ts';

export interface Receipt {
  /** The transfer's. */
  readonly id: string;
  readonly organizationId: string;
  readonly description?: string;
  readonly paidAtMs: number;
  readonly by: 'operator' | 'stripe';
  readonly amountNanoUsd: bigint;
}

export interface ReceiptFilter {
  readonly organizationId?: string;
  readonly id?: string;
  /** Default 50. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. Credit notes that went to the wallet are no payments. */
export async function listReceipts(db: Store['db'], filter: ReceiptFilter): Promise<readonly Receipt[]> {
  const { organizationId, id, limit = 50, after } = filter;
  const older =
    after === undefined
      ? sql`true`
      : sql`(t.created_at, t.id) < (SELECT created_at, id FROM transfers WHERE id = ${after})`;
  const { rows } = await sql<{
    id: string;
    organization_id: string;
    description: string | null;
    created_at: Date;
    by_stripe: boolean;
    amount_usd: bigint;
  }>`
    SELECT t.id, t.organization_id, t.description, t.created_at, -sum(e.amount_nano_usd)::bigint AS amount_usd,
      bool_or(e.account_id = 'stripe:clearing') AS by_stripe
    FROM transfers t JOIN entries e ON e.transfer_id = t.id AND e.account_id IN ('stripe:clearing', 'house:operator')
    WHERE t.kind = 'top-up' AND t.reference ->> 'creditNote' IS NULL AND ${older}
      AND ${organizationId === undefined ? sql`true` : sql`t.organization_id = ${organizationId}`}
      AND ${id === undefined ? sql`true` : sql`t.id = ${id}`}
    GROUP BY t.id ORDER BY t.created_at DESC, t.id DESC LIMIT ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    paidAtMs: row.created_at.getTime(),
    by: row.by_stripe ? 'stripe' : 'operator',
    amountNanoUsd: row.amount_usd,
    ...(row.description !== null && { description: row.description }),
  }));
}

/** With what its document says, by the settings of now. */
export interface FullReceipt extends Receipt {
  readonly seller: Seller['details'];
  readonly buyer: StoredParty;
  readonly taxBasisPoints: number;
  /** Part of the amount. */
  readonly taxNanoUsd: bigint;
  readonly timeZone: string;
}

export async function findReceipt(db: Store['db'], id: string): Promise<FullReceipt | undefined> {
  const [receipt] = await listReceipts(db, { id, limit: 1 });
  if (receipt === undefined) return undefined;
  const [seller, buyer] = [await findSeller(db), await findBuyer(db, receipt.organizationId)];
  const { name, time_zone } = await db
    .selectFrom('organizations')
    .select(['name', 'time_zone'])
    .where('id', '=', receipt.organizationId)
    .executeTakeFirstOrThrow();
  const taxBasisPoints = seller === undefined ? 0 : taxOf(seller, buyer).basisPoints;
  return {
    ...receipt,
    seller: seller?.details ?? { name: '' },
    buyer: { name, ...buyer.details },
    taxBasisPoints,
    taxNanoUsd: includedTax(receipt.amountNanoUsd, taxBasisPoints),
    timeZone: time_zone,
  };
}
