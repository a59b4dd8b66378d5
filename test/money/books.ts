/** Organizations, money and usage for tests of the ledger, written as the product writes them. */
import { sql } from 'kysely';
import { ensureOrganization } from '../../src/control/organizations.ts';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import { noUsage } from '../../src/llm/usage.ts';
import type { Store } from '../../src/store/store.ts';

export const dollar = 1_000_000_000n;

/** The id of an organization that spends its wallet. */
export async function prepaid(store: Pick<Store, 'db'>, name: string): Promise<string> {
  const id = await ensureOrganization(store.db, name, systemClock);
  const spending = { billing: 'prepaid', spends: 'wallet' } as const;
  await store.db.updateTable('organizations').set(spending).where('id', '=', id).execute();
  return id;
}

export interface Settled {
  readonly organizationId: string;
  readonly chargeNanoUsd: bigint;
  readonly requestId?: string;
  readonly keyId?: string;
  readonly leases?: readonly number[];
  readonly settledAtMs?: number;
  readonly tags?: readonly string[];
}

/** A settlement as the journal writes it: ten tokens in, five out. */
export function settlement({ organizationId, chargeNanoUsd, ...more }: Settled): string {
  const nowMs = systemClock.nowMs();
  const record: SettlementRecord = {
    type: 'settlement',
    requestId: newId('req', nowMs),
    instance: 'i',
    startedAtMs: nowMs,
    settledAtMs: nowMs,
    operation: 'chat',
    status: 'completed',
    httpStatus: 200,
    keyId: 'key_x',
    organizationId,
    requestedModel: 'm',
    clientDialect: 'openai-chat',
    stream: false,
    snapshotVersion: 1,
    inputTokensEstimate: 1,
    usage: { ...noUsage, input: 10, output: 5 },
    estimated: false,
    recovered: false,
    flags: [],
    costNanoUsd: String(chargeNanoUsd),
    totalMs: 1,
    overheadMs: 0,
    attempts: [],
    dropped: [],
    ...more,
  };
  return JSON.stringify(record);
}

/** Somebody with the rights of a superuser edits a row: no trigger and no key stands in the way. */
export async function editByHand(store: Pick<Store, 'db'>, statement: string): Promise<void> {
  await store.db.transaction().execute(async (db) => {
    await sql`SET LOCAL session_replication_role = replica`.execute(db);
    await sql.raw(statement).execute(db);
  });
}
