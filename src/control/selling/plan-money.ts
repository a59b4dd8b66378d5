/** The money of plans: fees from the wallet or onto the bill, allowances as credit that ends with its month. */
import { sql } from 'kysely';
import { lockLedger, type Posted, post } from '../../ledger/post.ts';
import { LedgerRefusal } from '../../ledger/refusal.ts';
import { grantCreditIn, walletOf } from '../../ledger/wallet.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatUsd } from '../../lib/money.ts';
import type { Pays, SubscriptionRow } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import { takeCreditIn } from './expiry.ts';
import type { Plan } from './plans.ts';

/** By the database's clock: that of one machine may be wrong, and months must not turn twice. */
export async function databaseNow(db: Store['db']): Promise<number> {
  const { rows } = await sql<{ now_ms: number }>`
    SELECT (extract(epoch FROM now()) * 1000)::double precision AS now_ms`.execute(db);
  return rows[0]?.now_ms ?? 0;
}

/** In the order in which everybody locks: the ledger first, then what makes a version of the snapshot. */
export async function lockSelling(db: Store['db']): Promise<void> {
  await lockLedger(db);
  await db.selectFrom('settings').select('id').forUpdate().execute();
}

/** What plans earn; the other side of their fees. */
const plansAccount = 'house:plans';

export interface Fee {
  readonly organizationId: string;
  readonly pays: Pays;
  readonly amountNanoUsd: bigint;
  readonly idempotencyKey: string;
  readonly description: string;
  readonly reference: Readonly<Record<string, unknown>>;
}

/** Nothing for nothing. Throws LedgerRefusal: `insufficient` where the wallet has less that nobody holds. */
export async function payFeeIn(db: Store['db'], fee: Fee, clock: Clock): Promise<Posted | undefined> {
  const { organizationId, pays, amountNanoUsd } = fee;
  if (amountNanoUsd === 0n) return undefined;
  if (pays === 'wallet') await requireFunds(db, fee);
  return move(db, fee, 'plan-fee', sources[pays](organizationId), plansAccount, clock);
}

/** Into the wallet, or off the bill. */
export async function payBackIn(db: Store['db'], fee: Fee, clock: Clock): Promise<Posted | undefined> {
  if (fee.amountNanoUsd === 0n) return undefined;
  const to = fee.pays === 'invoice' ? sources.invoice : sources.wallet;
  return move(db, fee, 'plan-refund', plansAccount, to(fee.organizationId), clock);
}

const sources = {
  wallet: (organizationId: string) => `wallet:${organizationId}`,
  invoice: (organizationId: string) => `metered:${organizationId}`,
  stripe: () => 'stripe:clearing',
} as const;

function move(db: Store['db'], fee: Fee, kind: string, from: string, to: string, clock: Clock): Promise<Posted> {
  const { organizationId, amountNanoUsd, idempotencyKey, description, reference } = fee;
  const entries = [
    { account: from, amountNanoUsd: -amountNanoUsd },
    { account: to, amountNanoUsd },
  ];
  return post(db, { kind, organizationId, idempotencyKey, entries, description, reference }, clock);
}

/** Of paid money, what no running request may still need. */
async function requireFunds(db: Store['db'], { organizationId, amountNanoUsd, idempotencyKey }: Fee): Promise<void> {
  await sql`SELECT 1 FROM pots WHERE id = ${`wallet:${organizationId}`} FOR UPDATE`.execute(db);
  const paid = await db
    .selectFrom('transfers')
    .select('id')
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
  if (paid !== undefined) return;
  const wallet = await walletOf(db, organizationId);
  const { paidNanoUsd = 0n, availableNanoUsd = 0n, blockedReason } = wallet ?? {};
  const enough = availableNanoUsd >= amountNanoUsd && paidNanoUsd >= amountNanoUsd;
  if (enough && blockedReason === undefined) return;
  throw new LedgerRefusal(
    'insufficient',
    blockedReason === undefined
      ? `The plan takes ${formatUsd(amountNanoUsd)}, and the wallet has ${formatUsd(paidNanoUsd)} paid in, ${formatUsd(availableNanoUsd)} of all not held.`
      : `The organization may not spend anything now: ${blockedReason}.`,
    'Top the wallet up first, or let the plan be paid by card or by invoice.',
  );
}

type Held = Pick<SubscriptionRow, 'id' | 'organization_id' | 'period_start' | 'period_end'>;

/** The whole allowance of a month, once for each month. */
export async function grantAllowanceIn(db: Store['db'], held: Held, plan: Plan, clock: Clock): Promise<void> {
  const key = `plan:${held.id}:${held.period_start.toISOString()}`;
  await grantIn(db, held, plan, plan.allowanceNanoUsd, key, clock);
}

/** On top, by an upgrade in the middle of it. */
export async function grantMoreIn(
  db: Store['db'],
  held: Held,
  plan: Plan,
  amountNanoUsd: bigint,
  clock: Clock,
): Promise<void> {
  const key = `plan:${held.id}:${held.period_start.toISOString()}:${plan.id}`;
  await grantIn(db, held, plan, amountNanoUsd, key, clock);
}

async function grantIn(
  db: Store['db'],
  { organization_id: organizationId, period_end }: Held,
  { name }: Plan,
  amountNanoUsd: bigint,
  idempotencyKey: string,
  clock: Clock,
): Promise<void> {
  if (amountNanoUsd === 0n) return;
  const expiresAtMs = period_end.getTime();
  const description = `Allowance of the plan ${name}`;
  await grantCreditIn(
    db,
    { organizationId, kind: 'plan', amountNanoUsd, expiresAtMs, idempotencyKey, description },
    clock,
  );
}

export interface Allowance {
  /** Given for the present month. */
  readonly grantedNanoUsd: bigint;
  readonly leftNanoUsd: bigint;
}

export async function allowanceOf(db: Store['db'], held: Held): Promise<Allowance> {
  const grants = await grantsOf(db, held);
  return {
    grantedNanoUsd: grants.reduce((sum, grant) => sum + grant.amount_nano_usd, 0n),
    leftNanoUsd: grants.reduce((sum, grant) => sum + grant.remaining_nano_usd, 0n),
  };
}

/** Takes the rest of it away, as far as no request holds it; the sweep gets what comes free. Returns what was taken. */
export async function endAllowanceIn(db: Store['db'], held: Held, atMs: number, clock: Clock): Promise<bigint> {
  let taken = 0n;
  for (const { id } of await grantsOf(db, held)) {
    await db
      .updateTable('grants')
      .set({ expires_at: new Date(atMs) })
      .where('id', '=', id)
      .execute();
    taken += await takeCreditIn(db, id, clock);
  }
  return taken;
}

/** They are known by their end, which is the month's. */
function grantsOf(db: Store['db'], { organization_id, period_end }: Held) {
  return db
    .selectFrom('grants')
    .select(['id', 'amount_nano_usd', 'remaining_nano_usd'])
    .where('organization_id', '=', organization_id)
    .where('kind', '=', 'plan')
    .where('expires_at', '=', period_end)
    .execute();
}
