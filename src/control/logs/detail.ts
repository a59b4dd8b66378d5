/** Everything that is known of one request. */
import type { BriefDecision } from '../../routing/brief.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { UsageRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { type Explained, explainCharge } from './explain.ts';
import { periodOfId } from './period.ts';

export interface RequestDetail {
  readonly row: UsageRow;
  readonly keyName: string | undefined;
  readonly organizationName: string | undefined;
  readonly projectId: string | undefined;
  readonly memberId: string | undefined;
  readonly decision: BriefDecision | undefined;
  readonly charge: Explained;
  readonly transfers: readonly DetailTransfer[];
  readonly feedback: { readonly score: number; readonly label: string | undefined } | undefined;
}

export interface DetailTransfer {
  readonly id: string;
  readonly kind: string;
  readonly createdAtMs: number;
  readonly entries: readonly { readonly account: string; readonly amountNanoUsd: bigint }[];
}

/** Undefined: there is no such request, or it is another organization's. Throws StoreError. */
export async function readRequest(
  db: Store['db'],
  requestId: string,
  organizationId: string | undefined,
  snapshot: Snapshot | undefined,
): Promise<RequestDetail | undefined> {
  const found = await findRow(db, requestId, organizationId);
  if (found === undefined) return undefined;
  const { key_name, organization_name, project_id, member_id, ...row } = found;
  const [charge, transfers, feedback] = await Promise.all([
    explainCharge(db, row, snapshot),
    readTransfers(db, requestId),
    db.selectFrom('feedback').select(['score', 'label']).where('request_id', '=', requestId).executeTakeFirst(),
  ]);
  return {
    row,
    charge,
    transfers,
    keyName: key_name ?? undefined,
    organizationName: organization_name ?? undefined,
    projectId: project_id ?? undefined,
    memberId: member_id ?? undefined,
    decision: (row.decision as BriefDecision | null) ?? undefined,
    feedback: feedback && { score: feedback.score, label: feedback.label ?? undefined },
  };
}

/** The id says when it was, and so in which partition it lies. */
async function findRow(db: Store['db'], requestId: string, organizationId: string | undefined) {
  const period = periodOfId(requestId);
  if (period === undefined) return undefined;
  let query = db
    .selectFrom('usage')
    .leftJoin('keys', 'keys.id', 'usage.key_id')
    .leftJoin('organizations', 'organizations.id', 'usage.organization_id')
    .selectAll('usage')
    .select(['keys.name as key_name', 'keys.project_id', 'keys.member_id', 'organizations.name as organization_name'])
    .where('usage.request_id', '=', requestId)
    .where('usage.started_at', '>=', new Date(period.sinceMs))
    .where('usage.started_at', '<', new Date(period.untilMs));
  if (organizationId !== undefined) query = query.where('usage.organization_id', '=', organizationId);
  return query.executeTakeFirst();
}

/** A request's transfer is named after it (migration 4), so that its own key finds it. */
async function readTransfers(db: Store['db'], requestId: string): Promise<readonly DetailTransfer[]> {
  const rows = await db
    .selectFrom('transfers')
    .innerJoin('entries', 'entries.transfer_id', 'transfers.id')
    .select(['transfers.id', 'transfers.kind', 'transfers.created_at', 'entries.account_id', 'entries.amount_nano_usd'])
    .where('transfers.id', '=', `tr_${requestId.slice('req_'.length)}`)
    .orderBy('entries.position')
    .execute();
  const [first] = rows;
  if (first === undefined) return [];
  const entries = rows.map((row) => ({ account: row.account_id, amountNanoUsd: row.amount_nano_usd }));
  return [{ id: first.id, kind: first.kind, createdAtMs: first.created_at.getTime(), entries }];
}
