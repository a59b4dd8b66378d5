/** Writes transfers. The database does it in one place (migration 4, ledger_post); this gives it a type and an error. */
import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import { codeOf } from '../store/error.ts';
import type { Store } from '../store/store.ts';
import { LedgerRefusal } from './refusal.ts';

export interface LedgerEntry {
  /** `wallet:org_…`, `credit:org_…`, `metered:org_…`, `receivable:org_…`, `house:…` or `stripe:clearing`. */
  readonly account: string;
  /** Not zero. Positive: the account's owner gets it. */
  readonly amountNanoUsd: bigint;
}

export interface Posting {
  /** What it is: `top-up`, `grant`, `refund`, `usage` ... */
  readonly kind: string;
  readonly organizationId: string | null;
  /** The same key never moves money twice. */
  readonly idempotencyKey: string;
  /** They sum to nothing. */
  readonly entries: readonly LedgerEntry[];
  readonly description?: string | undefined;
  /** What it came from, for people and programs: ids of a payment, of an invoice. No secrets. */
  readonly reference?: Readonly<Record<string, unknown>> | undefined;
}

export interface Posted {
  readonly transferId: string;
  /** It was there already. */
  readonly replayed: boolean;
}

/**
 * In the caller's transaction, which holds the ledger's lock until it ends: do nothing slow in it afterwards. Throws
 * LedgerRefusal: `insufficient` where a wallet or a credit would fall below zero, `conflict` for a key that stands for
 * something else.
 */
export async function post(db: Store['db'], posting: Posting, clock: Clock): Promise<Posted> {
  const transfer = {
    id: newId('tr', clock.nowMs()),
    kind: posting.kind,
    organization: posting.organizationId,
    key: posting.idempotencyKey,
    description: posting.description ?? null,
    reference: posting.reference ?? null,
    entries: posting.entries.map(({ account, amountNanoUsd }) => ({ account, amount: String(amountNanoUsd) })),
  };
  try {
    const { rows } = await sql<{ posted_id: string; replayed: boolean }>`
      SELECT posted_id, replayed FROM ledger_post(${JSON.stringify([transfer])}::jsonb)`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error('the ledger wrote nothing');
    return { transferId: row.posted_id, replayed: row.replayed };
  } catch (error) {
    throw refusalOf(error, posting) ?? error;
  }
}

/** The lock under which money moves: what is read after it does not change before the transaction ends. */
export async function lockLedger(db: Store['db']): Promise<void> {
  await sql`SELECT 1 FROM ledger_head FOR UPDATE`.execute(db);
}

const checkViolation = '23514';
const otherTransfer = 'TG409';

function refusalOf(error: unknown, { idempotencyKey, kind }: Posting): LedgerRefusal | undefined {
  if (codeOf(error) === checkViolation) {
    const remedy = 'Take less, or look at the balance with "tollgate wallet show".';
    return new LedgerRefusal('insufficient', `There is less in the account than the ${kind} takes.`, remedy);
  }
  if (codeOf(error) === otherTransfer) {
    const message = `The idempotency key ${JSON.stringify(idempotencyKey)} stands for another transfer.`;
    return new LedgerRefusal('conflict', message, 'Use a new key for another amount or organization.');
  }
  return undefined;
}
