/** Credit that was given: layers that are spent before paid money, the one that ends first before the others. */
import type { GrantRow } from '../../store/schema/ledger.ts';
import type { Store } from '../../store/store.ts';

export interface GivenCredit {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: GrantRow['kind'];
  readonly amountNanoUsd: bigint;
  /** Neither spent nor expired. */
  readonly remainingNanoUsd: bigint;
  /** Absent: never. */
  readonly expiresAtMs?: number;
  readonly description?: string;
  readonly createdAtMs: number;
}

export interface CreditFilter {
  readonly organizationId?: string;
  /** Default 1000. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listCredits(db: Store['db'], filter: CreditFilter = {}): Promise<readonly GivenCredit[]> {
  const { organizationId, limit = 1_000, after } = filter;
  let query = db.selectFrom('grants').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(toCredit);
}

/** The newest one of an organization: what has just been given. */
export async function newestCredit(db: Store['db'], organizationId: string): Promise<GivenCredit | undefined> {
  return (await listCredits(db, { organizationId, limit: 1 }))[0];
}

function toCredit(row: GrantRow): GivenCredit {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    amountNanoUsd: row.amount_nano_usd,
    remainingNanoUsd: row.remaining_nano_usd,
    createdAtMs: row.created_at.getTime(),
    ...(row.expires_at !== null && { expiresAtMs: row.expires_at.getTime() }),
    ...(row.description !== null && { description: row.description }),
  };
}
